"""Colours of classes, and images blended with them."""

import cv2
import numpy as np
from paddleseg.utils.visualize import get_color_map_list

from ...errors import UsageError

__all__ = ["overlay", "palette_of"]


def palette_of(components, custom_color=None):
    """Colours of the classes.

    Args:
        components: the data set's own PALETTE is used where it has one, else
            PaddleSeg's colours; custom_color of the configuration's test_config
            replaces the first ones.
        custom_color: flat list of RGB values that replaces the first ones instead.

    Returns:
        uint8 [colours, 3], RGB; 256 colours, or more where there are more classes.

    Raises:
        UsageError: a custom colour that is none.
    """
    classes = components.config.model_cfg.get("num_classes") or 0
    count = max(256, int(classes))
    colours = get_color_map_list(count)[: 3 * count]
    colours = np.array(colours, dtype=np.uint8).reshape(count, 3)
    own = getattr(components.train_dataset_class, "PALETTE", None)
    if own is not None:
        colours[: len(own)] = own
    if custom_color is None:
        custom_color = components.config.test_config.get("custom_color")
    if custom_color:
        chosen = _checked(custom_color, count)
        colours[: len(chosen)] = chosen
    return colours


def overlay(image, labels, palette, weight=0.6):
    """Blend an image with the colours of its classes.

    Args:
        image: uint8 [H, W, 3], RGB.
        labels: int [H, W].
        palette: uint8 [colours, 3].
        weight: share of the image, 0 to 1.

    Returns:
        uint8 [H, W, 3], RGB.
    """
    return cv2.addWeighted(
        np.ascontiguousarray(image), weight, palette[labels], 1 - weight, 0
    )


def _checked(values, count):
    plain = isinstance(values, (list, tuple))
    whole = plain and all(isinstance(v, int) and 0 <= v <= 255 for v in values)
    if not whole or len(values) % 3 or len(values) > 3 * count:
        raise UsageError(
            "custom_color takes R G B of class 0, class 1 and so on, each from 0 to "
            f"255, and not {values!r}"
        )
    return np.array(values, dtype=np.uint8).reshape(-1, 3)
