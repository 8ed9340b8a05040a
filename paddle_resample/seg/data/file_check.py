"""What is wrong with an image or label file, before or instead of reading it."""

import os
import struct
import zlib
from typing import NamedTuple, Optional

import cv2
import numpy as np
from PIL import Image

from ...errors import UsageError
from .image_file import read_image, read_label
from .tiff import is_tiff, read_tiff

__all__ = ["FileFacts", "image_fault", "inspect_file", "pair_fault"]

_ORIENTATION = 0x0112  # the EXIF tag; 1 is upright, 5 to 8 exchange width and height
_ONE_NUMBER = ("1", "L", "P", "I", "I;16", "I;16B", "I;16L", "I;16N")


class FileFacts(NamedTuple):
    """What is known about an image or label file.

    Attributes:
        fault: the rest of a sentence that begins with the file, or None.
        size: (width, height) as OpenCV reads an image and Pillow a label.
        orientation: of the EXIF data, where OpenCV turns the image by it; else 1.
    """

    fault: Optional[str]
    size: Optional[tuple] = None
    orientation: int = 1


def inspect_file(path, label=False, thorough=False):
    """Inspect an image or label file.

    Args:
        path: of the file.
        label: whether it must hold one class number a pixel.
        thorough: decode all of it; else a JPEG or PNG with its closing mark and right
            checksums is taken to be whole.

    Returns:
        FileFacts.
    """
    try:
        if not os.path.isfile(path):
            there = os.path.lexists(path)
            return FileFacts("is no file" if there else "does not exist")
        if os.path.getsize(path) == 0:
            return FileFacts("is empty")
        if not label and is_tiff(path):
            return _inspect_tiff(str(path))
        with Image.open(path) as picture:
            size, kind, mode = picture.size, picture.format, picture.mode
            exif = kind == "JPEG" or "exif" in picture.info
            orientation = picture.getexif().get(_ORIENTATION, 1) if exif else 1
            if not _is_whole(path) or thorough:
                picture.load()
    except UsageError as error:
        return FileFacts(str(error).replace(f"image {path} ", "", 1))
    except Exception as error:
        # A decoder may fail in any way on a damaged file, and each is the file's fault.
        text = str(error).replace(f" {str(path)!r}", "") or type(error).__name__
        return FileFacts(f"cannot be read as a picture ({text})")
    if label:
        return FileFacts(_label_fault(kind, mode), size)
    if not cv2.haveImageReader(str(path)):
        return FileFacts("is of a kind that OpenCV cannot read")
    if orientation in range(2, 9) and _turns(path):
        return FileFacts(None, size[::-1] if orientation > 4 else size, orientation)
    return FileFacts(None, size)


def _inspect_tiff(path):
    """Nothing but decoding a TIFF tells how many rows and columns its pages make."""
    image = read_tiff(path, 3)
    if image is None:
        image = cv2.imread(path, cv2.IMREAD_COLOR)
        if image is None:
            return FileFacts("cannot be read by OpenCV")
    return FileFacts(None, image.shape[1::-1])


def image_fault(path, channels=3, thorough=False):
    """What is wrong with an image file.

    Args:
        path: of the file.
        channels: img_channels of the data set that it is for.
        thorough: read it, with what `read_image` refuses.

    Returns:
        str, a sentence that names the file, or None when it can be used.
    """
    fault = inspect_file(path).fault
    if fault:
        return f"image {path} {fault}"
    if thorough or is_tiff(path) or channels not in (1, 3):
        return _refusal(read_image, path, channels)
    return None


def pair_fault(image, label, thorough=False, channels=3):
    """What keeps an image and its label from being used together.

    Args:
        image, label: paths; label may be None.
        thorough: decode all of both files.
        channels: img_channels of the data set.

    Returns:
        str, a sentence that names the file, or None.
    """
    facts = inspect_file(image, thorough=thorough)
    if facts.fault:
        return f"image {image} {facts.fault}"
    if thorough:
        fault = _refusal(read_image, image, channels)
        if fault:
            return fault
    if label is None:
        return None
    labels = inspect_file(label, label=True, thorough=thorough)
    if labels.fault:
        return f"label {label} {labels.fault}"
    if thorough:
        fault = _refusal(read_label, label)
        if fault:
            return fault
    size = facts.size
    if is_tiff(image) and size != labels.size:  # bands first or last: ask again
        size = _size_as_read(image, channels)
    if size != labels.size:
        (w, h), (label_w, label_h) = size, labels.size
        return (
            f"image {image} is {w}x{h} pixels but its label {label} is "
            f"{label_w}x{label_h}"
            + ("; OpenCV turns it by its EXIF data" if facts.orientation > 1 else "")
        )
    if facts.orientation > 1 and (facts.orientation < 5 or size[0] == size[1]):
        return (
            f"image {image} has the EXIF orientation {facts.orientation}, by which "
            "OpenCV turns it and nobody turns its label; store it upright"
        )
    return None


def _refusal(read, *arguments):
    try:
        read(*arguments)
    except UsageError as error:
        return str(error)
    return None


def _size_as_read(image, channels):
    try:
        return read_image(image, channels).shape[1::-1]
    except UsageError:
        return inspect_file(image).size


def _label_fault(kind, mode):
    if kind == "JPEG":
        return "is a JPEG, whose compression changes class numbers; store it as PNG"
    if kind == "GIF":
        return "is a GIF, whose palette may number classes anew; store it as PNG"
    if mode not in _ONE_NUMBER:
        return f"has pixels of the kind {mode}, not one class number each"
    return None


def _turns(path):
    """Whether OpenCV turns this image by its EXIF orientation."""
    straight = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    rotated = cv2.imread(str(path), cv2.IMREAD_COLOR)
    return rotated is not None and not np.array_equal(straight, rotated)


def _is_whole(path):
    """Whether a JPEG or PNG was written to its end, so that a full decoding need not
    prove it; the checksums of a PNG also prove its content.

    Raises:
        ValueError: a checksum is wrong, which Pillow may not notice.
    """
    with open(path, "rb") as file:
        start = file.read(8)
        if start == b"\x89PNG\r\n\x1a\n":
            return _png_is_whole(file)
        if start[:2] != b"\xff\xd8":
            return False
        file.seek(-min(64, os.path.getsize(path)), os.SEEK_END)
        return b"\xff\xd9" in file.read()


def _png_is_whole(file):
    while True:
        head = file.read(8)
        if len(head) < 8:
            return False
        length, kind = struct.unpack(">I4s", head)
        content, checksum = file.read(length), file.read(4)
        if len(content) < length or len(checksum) < 4:
            return False
        if zlib.crc32(kind + content) != struct.unpack(">I", checksum)[0]:
            raise ValueError("a checksum of the PNG is wrong")
        if kind == b"IEND":
            return True
