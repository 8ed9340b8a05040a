"""A configured model with trained weights, as val, predict and export build it."""

from ..checkpoints.weights import load_weights
from ..config.components import Components

__all__ = ["names_weights", "trained_components"]


def trained_components(config, weights=None):
    """Build a configuration's model and fill it.

    Args:
        config: ResampleConfig.
        weights: .pdparams or .safetensors file, or checkpoint folder; what the
            configuration names as `pretrained` is then not read, since these weights
            would replace it at once. None builds the model as for training.

    Returns:
        Components, whose `model` is in eval mode.

    Raises:
        UsageError: the configuration or the weights cannot be used.
    """
    components = Components(config, pretrained=not weights)
    model = components.need("model")
    if weights:
        load_weights(model, weights)
    model.eval()
    return components


def names_weights(config):
    """Whether the configuration itself names weights of the whole model: `pretrained`
    of the model, or of the one inside Resampled; a backbone's alone are not enough.

    Args:
        config: ResampleConfig.

    Returns:
        bool.
    """
    model = config.dic["model"]
    inside = model.get("model")
    models = [model, inside] if isinstance(inside, dict) else [model]
    return any(part.get("pretrained") for part in models)
