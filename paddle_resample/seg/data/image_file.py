"""Reading images and labels: the one place that decides on depth, bands and type.

Every image that is trained on, scored, predicted or checked comes from `read_image`,
every label from `read_label`; docs/data.md states their rules for the user.
"""

import os

import cv2
import numpy as np
from PIL import Image

from ...errors import UsageError
from .tiff import DamagedFile, is_tiff, read_tiff

__all__ = ["IMAGE_SUFFIXES", "is_image_name", "read_image", "read_label", "to_display"]

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
IMAGE_SUFFIXES += (".pgm", ".ppm", ".pnm", ".jp2")
_EXACT = 2**24  # integers up to here are exact in float32


def is_image_name(path):
    """Whether a file's suffix is one of IMAGE_SUFFIXES, in capitals or not."""
    return os.path.splitext(str(path))[1].lower() in IMAGE_SUFFIXES


def read_image(path, channels=3):
    """Read an image with the values that stand in the file.

    8 bits, 16 bits and floating point are all kept; nothing is scaled. With 3 channels
    a gray image is repeated, a palette is looked up and the transparency of a PNG is
    left out; with 1 channel colours become luminance. Any other number of channels
    must be that of the file's bands. An EXIF orientation is applied.

    Args:
        path: of the file.
        channels: img_channels of the data set.

    Returns:
        float32 [H, W] for one channel, else [H, W, channels]: blue, green and red for
        3, as PaddleSeg expects, else the bands in the order of the file.

    Raises:
        UsageError: unreadable, or with other bands; values that are not finite or that
            float32 does not hold.

    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/sixteen_bits.png"
    >>> cv2.imwrite(path, np.full((2, 2), 4095, "uint16"))
    True
    >>> float(read_image(path, 1).max())
    4095.0
    """
    path = str(path)
    if channels in (1, 3):
        image = read_tiff(path, channels) if is_tiff(path) else None
        if image is None:
            flag = cv2.IMREAD_GRAYSCALE if channels == 1 else cv2.IMREAD_COLOR
            image = _by_opencv(path, flag | cv2.IMREAD_ANYDEPTH)
            return _as_float(path, image)
        image = _one_or_three(path, image, channels)
    else:
        image = read_tiff(path, channels, always=True) if is_tiff(path) else None
        if image is None:
            image = _by_opencv(path, cv2.IMREAD_UNCHANGED)
            image = _in_file_order(image)
        bands = 1 if image.ndim == 2 else image.shape[2]
        if bands != channels:
            raise UsageError(_other_bands(path, bands, channels))
    return _as_float(path, image)


def read_label(path):
    """Read a label: one class number a pixel.

    Palette images hold the numbers of their colours, 1-bit images 0 and 1.

    Args:
        path: of the file.

    Returns:
        [H, W], uint8 where all numbers fit, else uint16.

    Raises:
        UsageError: unreadable, in colours, or with numbers below 0 or above 65535.
    """
    try:
        with Image.open(path) as picture:
            mode = picture.mode
            label = np.asarray(picture)
    except Exception as error:
        # A decoder may fail in any way on a damaged file.
        text = str(error) or type(error).__name__
        text = f"label {path} cannot be read as a picture ({text})"
        raise DamagedFile(text) from None
    if label.ndim != 2 or label.dtype.kind not in "bui":
        raise UsageError(
            f"label {path} has pixels of the kind {mode}, not one class number each"
        )
    if label.dtype in (np.uint8, np.uint16):
        return label
    if label.dtype == bool:
        return label.astype(np.uint8)
    low, high = (int(label.min()), int(label.max())) if label.size else (0, 0)
    if low < 0 or high > 65535:
        raise UsageError(
            f"label {path} holds numbers from {low} to {high}; class numbers are 0 to "
            "65535"
        )
    return label.astype(np.uint8 if high < 256 else np.uint16)


def to_display(image):
    """An image for the eye: the first three bands in 8 bits.

    Args:
        image: as `read_image` gives it.

    Returns:
        uint8 [H, W, 3], RGB. Values that are no whole numbers from 0 to 255 are
        stretched from their 1st to their 99th percentile.
    """
    if image.ndim == 2:
        image = image[..., None]
    bands = image.shape[2]
    if bands == 3:
        image = image[..., ::-1]  # blue first
    image = image[..., :3] if bands >= 3 else np.repeat(image[..., :1], 3, axis=2)
    low, high = image.min(), image.max()
    if (low >= 0 and 1 < high <= 255) or low == high == 0:
        return image.astype(np.uint8)
    low, high = np.percentile(image, (1, 99))
    scaled = (image - low) / max(float(high - low), 1e-12)
    return (np.clip(scaled, 0, 1) * 255).round().astype(np.uint8)


def _by_opencv(path, flags):
    try:
        image = cv2.imread(path, flags)
    except cv2.error as error:
        raise DamagedFile(
            f"image {path} cannot be read by OpenCV ({error.err})"
        ) from None
    if image is None:
        raise DamagedFile(f"image {path} cannot be read by OpenCV")
    return image


def _in_file_order(image):
    if image.ndim == 3 and image.shape[2] in (3, 4):
        order = [2, 1, 0, 3][: image.shape[2]]
        return np.ascontiguousarray(image[..., order])
    return image


def _one_or_three(path, image, channels):
    """A TIFF's bands, in the order of the file, as 1 or 3 channels."""
    bands = 1 if image.ndim == 2 else image.shape[2]
    if bands not in (1, 3):
        raise UsageError(_other_bands(path, bands, channels))
    if bands == 1:
        image = image.reshape(image.shape[:2])
        return image if channels == 1 else np.repeat(image[..., None], 3, axis=2)
    if channels == 3:
        return np.ascontiguousarray(image[..., ::-1])
    return image.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)


def _other_bands(path, bands, channels):
    return (
        f"image {path} has {bands} band{'s' if bands > 1 else ''}, but img_channels is "
        f"{channels}; set img_channels of the data sets and in_channels of the model "
        f"to {bands}, or store the image with {channels}"
    )


def _as_float(path, image):
    if image.dtype.kind == "f":
        if not np.isfinite(image).all():
            count = int((~np.isfinite(image)).sum())
            raise UsageError(
                f"image {path} holds {count} values that are infinite or not a number; "
                "fill them before training"
            )
        if image.dtype == np.float64 and np.abs(image).max(initial=0) > 3e38:
            raise UsageError(f"image {path} holds values beyond the range of float32")
    elif image.dtype.itemsize > 2:
        low, high = int(image.min()), int(image.max())
        if max(-low, high) > _EXACT:
            raise UsageError(
                f"image {path} holds integers from {low} to {high}, which float32 does "
                "not tell apart; scale them first"
            )
    elif image.dtype.kind == "c":
        raise UsageError(f"image {path} holds complex numbers")
    return image.astype(np.float32)
