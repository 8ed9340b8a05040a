"""A configured model with its weights, called with pictures."""

from pathlib import Path

import paddle

from ..config.config import ResampleConfig
from .inference import inference_options, predict
from .pictures import prepare
from .trained_model import trained_components

__all__ = ["Predictor"]


class Predictor:
    """A configured model with its weights.

    Args:
        config_path: PaddleSeg configuration.
        weights: .pdparams file or checkpoint folder.
        test_config: function from the configuration's test_config to the one in use;
            None leaves it.
        opts: list of "key=value" that replace values of the configuration.

    Attributes:
        name: what tells this model from others: its folder or configuration.
        components: the built configuration.

    Raises:
        UsageError: the configuration or the weights cannot be used.
    """

    def __init__(self, config_path, weights, test_config=None, opts=None):
        config = ResampleConfig(config_path, opts=opts)
        chosen = test_config(config.test_config) if test_config else config.test_config
        self.options = inference_options(chosen)
        self.components = trained_components(config, weights)
        self.model = self.components.model
        self.name = Path(config_path).stem

    def __call__(self, picture, prepared=False):
        """Predict a picture.

        Args:
            picture: Picture.
            prepared: whether picture.inputs were made by this configuration; else its
                own transforms prepare the picture.

        Returns:
            int32 [H, W], the class of every pixel of the picture.
        """
        inputs = picture.inputs
        if not prepared:
            inputs = prepare(self.components, picture.source)
        image = paddle.to_tensor(inputs["img"][None])
        with paddle.no_grad():
            labels = predict(self.model, image, inputs["trans_info"], **self.options)
        return labels[0]
