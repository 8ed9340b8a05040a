"""Predicting pictures: which ones, with which models, and the files that show it."""

import copy
import os
from pathlib import Path
from typing import Any, NamedTuple, Optional

import cv2
import numpy as np
import paddle
from paddleseg.transforms import Compose
from paddleseg.utils import get_image_list
from paddleseg.utils.visualize import get_color_map_list, get_pseudo_color_map

from ...errors import UsageError
from ..checkpoints.weights import load_weights
from ..config.components import Components
from ..config.config import ResampleConfig
from ..data.samples import Fault, Samples, picture_fault
from ..evaluation import inference_options, predict

__all__ = ["Picture", "Predictor", "overlay", "palette_of", "pictures", "write_masks"]


class Picture(NamedTuple):
    """One picture to predict.

    Attributes:
        name: relative path without suffix, used for the files written.
        image: uint8 [H, W, 3], RGB.
        label: int [H, W], or None.
        inputs: dict of the network's input: "img" [C, h, w] and "trans_info"; made by
            the transforms of the first configuration.
    """

    name: str
    image: np.ndarray
    label: Optional[np.ndarray]
    inputs: Any


class Predictor:
    """A configured model with its weights.

    Args:
        config_path: PaddleSeg configuration.
        weights: .pdparams file or checkpoint folder.
        test_config: dict that replaces keys of the configuration's test_config.

    Attributes:
        name: what tells this model from others: its folder or configuration.
        components: the built configuration.

    Raises:
        UsageError: the configuration or the weights cannot be used.
    """

    def __init__(self, config_path, weights, test_config=None):
        config = ResampleConfig(config_path)
        self.components = Components(config)
        self.model = self.components.need("model")
        load_weights(self.model, weights)
        self.model.eval()
        self.name = Path(config_path).stem
        self.options = inference_options({**config.test_config, **(test_config or {})})

    def __call__(self, picture):
        """Predict a picture.

        Args:
            picture: Picture.

        Returns:
            uint8 [H, W], the class of every pixel of the picture.
        """
        image = paddle.to_tensor(picture.inputs["img"][None])
        with paddle.no_grad():
            labels = predict(
                self.model, image, picture.inputs["trans_info"], **self.options
            )
        return labels[0].astype("uint8")


def pictures(components, image_path=None, count=8):
    """The pictures to predict, read one after another.

    Args:
        components: whose evaluation transforms prepare the pictures.
        image_path: a picture, a folder of them, or a text file that lists them; None
            takes `count` samples spread over the evaluation set, with their labels.
        count: see image_path.

    Returns:
        (number of pictures, iterator of Picture).

    Raises:
        UsageError: nothing there, or a picture that cannot be read, by name.
    """
    if image_path is None:
        return _labelled(components, count)
    try:
        files, folder = get_image_list(image_path)
    except (FileNotFoundError, RuntimeError, UnicodeDecodeError):
        raise UsageError(
            f"--image_path {image_path!r} is no picture, no folder with pictures and "
            "no text file that lists pictures"
        ) from None
    files = sorted(files)
    for file in files:
        fault = picture_fault(file)
        if fault:
            raise UsageError(f"image {file} {fault}")
    return len(files), _from_files(components, files, folder)


def _from_files(components, files, folder):
    transforms = Compose(components.need("val_transforms"))
    for file in files:
        bgr = cv2.imread(file, cv2.IMREAD_COLOR)
        relative = os.path.relpath(file, folder) if folder else os.path.basename(file)
        inputs = transforms({"img": bgr.astype("float32")})
        yield Picture(os.path.splitext(relative)[0], bgr[:, :, ::-1], None, inputs)


def _labelled(components, count):
    dataset = components.need("val_dataset")
    plain = copy.copy(dataset)
    plain.transforms = copy.copy(dataset.transforms)
    plain.transforms.transforms = []
    count = min(count, len(dataset))
    prepared, raw = Samples(dataset), Samples(plain)

    def read():
        # Neighbours in a list are often alike, frames of one video for instance.
        for index in np.linspace(0, len(dataset) - 1, count).round().astype(int):
            index = int(index)
            sample, inputs = raw[index], prepared[index]
            for result in (sample, inputs):
                if isinstance(result, Fault):
                    raise UsageError(result.text)
            image = np.transpose(sample["img"], (1, 2, 0)).astype("uint8")
            label = np.asarray(sample["label"]).reshape(image.shape[:2])
            name = Path(str(prepared.files[index][0])).stem if prepared.files else index
            yield Picture(str(name), image, label, inputs)

    return count, read()


def palette_of(components, custom_color=None):
    """Colours of the classes.

    Args:
        components: the data set's own PALETTE is used where it has one, else
            PaddleSeg's colours.
        custom_color: flat list of RGB values that replaces the first ones.

    Returns:
        uint8 [256, 3], RGB.
    """
    colours = np.array(get_color_map_list(256)[:768], dtype=np.uint8).reshape(256, 3)
    own = getattr(components.train_dataset_class, "PALETTE", None)
    if own is not None:
        colours[: len(own)] = own
    if custom_color:
        given = np.array(custom_color, dtype=np.uint8).reshape(-1, 3)
        colours[: len(given)] = given
    return colours


def overlay(image, labels, palette, weight=0.6):
    """Blend a picture with the colours of its classes.

    Args:
        image: uint8 [H, W, 3], RGB.
        labels: int [H, W].
        palette: uint8 [256, 3].
        weight: share of the picture, 0 to 1.

    Returns:
        uint8 [H, W, 3], RGB.
    """
    return cv2.addWeighted(
        np.ascontiguousarray(image), weight, palette[labels], 1 - weight, 0
    )


def write_masks(save_dir, picture, labels, palette):
    """Write a prediction as PaddleSeg does.

    Args:
        save_dir: gets pseudo_color_prediction/NAME.png (palette picture whose values
            are the classes) and added_prediction/NAME.jpg (overlay).
        picture: Picture.
        labels: uint8 [H, W].
        palette: uint8 [256, 3].
    """
    mask = Path(save_dir) / "pseudo_color_prediction" / f"{picture.name}.png"
    added = Path(save_dir) / "added_prediction" / f"{picture.name}.jpg"
    for path in (mask, added):
        path.parent.mkdir(parents=True, exist_ok=True)
    get_pseudo_color_map(labels, palette.ravel().tolist()).save(mask)
    blended = overlay(picture.image, labels, palette)
    cv2.imwrite(str(added), blended[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])
