"""PaddleSeg's transforms on images of any depth and number of bands."""

import random

import numpy as np

from ...errors import UsageError

__all__ = ["apply_transforms", "to_eight_bits"]

# They turn images into 8 bits, or clip them.
_EIGHT_BITS = ("RandomDistort", "RandomBlur", "RandomNoise", "ScalePadding")
# Their OpenCV functions take at most four bands at a time.
_FOUR_BANDS = ("Padding", "PaddingByAspectRatio", "RandomPaddingCrop")
_FOUR_BANDS += ("RandomRotation", "RandomAffine", "RandomBlur")
_COLOURS = ("RandomDistort",)
_EXACT = "_eight_bits"  # key: whether the image came in 8 bits


def apply_transforms(transforms, data):
    """Apply the transforms of a Compose, one after another.

    Args:
        transforms: list of callables.
        data: dict with "img" [H, W] or [H, W, C] as it was read, and perhaps "label",
            "gt_fields" and "trans_info".

    Returns:
        dict.

    Raises:
        UsageError: a transform would change the values of this image unasked.
    """
    data.setdefault("gt_fields", [])
    data.setdefault("trans_info", [])
    if any(type(t).__name__ in (*_EIGHT_BITS, "RandomAffine") for t in transforms):
        data[_EXACT] = _has_eight_bits(data["img"])
    for transform in transforms:
        stock = type(transform).__module__.startswith("paddleseg.")
        data = (_apply_stock if stock else _call)(transform, data)
    data.pop(_EXACT, None)
    return data


def to_eight_bits(data):
    """The image as RandomAffine warps it: in 8 bits only where it came in 8 bits."""
    image = data["img"]
    return np.uint8(image) if data.get(_EXACT, True) else image


def _call(transform, data):
    return transform(data)


def _apply_stock(transform, data):
    name = type(transform).__name__
    image = data["img"]
    bands = 1 if image.ndim == 2 else image.shape[2]
    if name in _EIGHT_BITS and not data[_EXACT]:
        raise UsageError(
            f"{name} works on 8 bits, and the image has {_range(image)}; remove it, or "
            "store the images with whole numbers from 0 to 255"
        )
    if name in _COLOURS and bands not in (1, 3):
        raise UsageError(
            f"{name} changes colours and takes 1 or 3 bands, not {bands}; remove it"
        )
    if name == "ScalePadding":
        _record_scale_padding(transform, data)
    if bands > 4 and name in _FOUR_BANDS:
        return _by_fours(transform, data)
    return transform(data)


def _has_eight_bits(image):
    if image.dtype == np.uint8:
        return True
    within = image.size == 0 or (image.min() >= 0 and image.max() <= 255)
    return bool(within and np.array_equal(image, np.rint(image)))


def _range(image):
    whole = np.array_equal(image, np.rint(image))
    kind = "whole numbers" if whole else "fractions"
    return f"{kind} from {image.min():g} to {image.max():g}"


def _record_scale_padding(transform, data):
    """What ScalePadding does to the size, which it does not record itself."""
    height, width = data["img"].shape[:2]
    side = max(height, width)
    top, left = int((side - height) / 2), int((side - width) / 2)
    data["trans_info"].append(("centred", (height, width, top, left)))
    data["trans_info"].append(("resize", (side, side)))


def _by_fours(transform, data):
    """Transform four bands at a time, each time with the same random numbers."""
    image = data["img"]
    state, state_of_numpy = random.getstate(), np.random.get_state()
    parts, result = [], None
    for first in range(0, image.shape[2], 4):
        part = {**data, "img": np.ascontiguousarray(image[..., first : first + 4])}
        part["trans_info"] = list(data["trans_info"])
        random.setstate(state)
        np.random.set_state(state_of_numpy)
        part = transform(part)
        result = result or part
        shape = part["img"].shape
        parts.append(part["img"].reshape(*shape[:2], -1))
    return {**result, "img": np.concatenate(parts, axis=2)}
