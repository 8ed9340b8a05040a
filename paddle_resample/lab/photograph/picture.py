"""A picture to experiment on: reading it, its working size, its finest detail."""

import struct
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from ...errors import UsageError

__all__ = ["SMALLEST_SIDE", "Window", "finest_window", "read_picture", "working_copy"]

SMALLEST_SIDE = 32

# Sizes that divide 360, so that enlarged pixels can be equal squares on a page.
_WINDOW_SIZES = (20, 24, 36, 40, 60, 72, 120, 180, 360)


class Window(tuple):
    """A square part of a picture, (x, y, size) in its pixels.

    >>> Window((1, 2, 2)).cut(np.arange(16).reshape(4, 4)).tolist()
    [[9, 10], [13, 14]]
    """

    def cut(self, picture):
        x, y, size = self
        return picture[y : y + size, x : x + size]

    def check(self, height, width):
        """Raise UsageError unless the window lies inside height x width pixels."""
        x, y, size = self
        if x < 0 or y < 0 or size < 4 or x + size > width or y + size > height:
            raise UsageError(
                f"the crop x={x} y={y} size={size} does not lie in the picture of "
                f"{width}x{height} pixels (width x height) that is worked on, or is "
                "smaller than 4"
            )
        return self


def read_picture(path):
    """Read any picture file as 8-bit colour.

    Args:
        path: file in a format that Pillow reads.

    Returns:
        uint8 [H, W, 3], RGB: rotated as its EXIF orientation says, grey repeated,
        16 bits reduced to 8, transparency laid over white, of an animation the first
        frame.

    Raises:
        UsageError: no such file, or it is empty, truncated or no picture.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"picture {str(path)!r} is not there, or is not a file")
    if path.stat().st_size == 0:
        raise UsageError(f"picture {str(path)!r} is empty")
    try:
        with Image.open(path) as file:
            file.load()
            return _as_rgb(ImageOps.exif_transpose(file))
    except Image.UnidentifiedImageError:
        reason = "its format is not known"
    except Image.DecompressionBombError:
        reason = "it has too many pixels"
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        reason = str(error).strip() or type(error).__name__
    raise UsageError(f"picture {str(path)!r} cannot be read: {reason}")


def working_copy(picture, size, multiple):
    """Shrink a picture to a working size and cut it to whole cells.

    Args:
        picture: uint8 [H, W, 3].
        size: longer side wanted, in pixels; a smaller picture is not enlarged.
        multiple: both sides of the result are multiples of this.

    Returns:
        uint8 [H', W', 3], shrunk by Lanczos, then cut evenly on opposite sides.

    Raises:
        UsageError: a side is below SMALLEST_SIDE or `multiple`.

    >>> working_copy(np.zeros((300, 602, 3), np.uint8), 100, 4).shape
    (48, 100, 3)
    """
    height, width = picture.shape[:2]
    factor = min(1.0, size / max(height, width))
    if factor < 1:
        smaller = max(round(width * factor), 1), max(round(height * factor), 1)
        picture = np.asarray(
            Image.fromarray(picture).resize(smaller, Image.Resampling.LANCZOS)
        )
    if min(picture.shape[:2]) < max(SMALLEST_SIDE, multiple):
        raise UsageError(
            f"a picture of {width}x{height} pixels (width x height) at size={size} has "
            f"a side of {min(picture.shape[:2])} pixels; at least "
            f"{max(SMALLEST_SIDE, multiple)} are needed"
        )
    cut = [side % multiple for side in picture.shape[:2]]
    top, left = cut[0] // 2, cut[1] // 2
    bottom, right = picture.shape[0] - cut[0] + top, picture.shape[1] - cut[1] + left
    return np.ascontiguousarray(picture[top:bottom, left:right])


def finest_window(picture, size=None):
    """Find the square that loses most when the picture is halved.

    Args:
        picture: uint8 [H, W, 3], sides even.
        size: side of the square, a multiple of 4; default about a sixth of the longer
            side, of those in which enlarged pixels can be equal.

    Returns:
        Window, starting on a multiple of 4 and, where there is room, 8 pixels from the
        border.
    """
    height, width = picture.shape[:2]
    if size is None:
        sixth = max(height, width) / 6
        size = min(_WINDOW_SIZES, key=lambda side: abs(side - sixth))
        size = min(size, height, width)
    grey = picture.astype(np.float64).mean(-1)
    mean = grey.reshape(height // 2, 2, width // 2, 2).mean((1, 3))
    lost = (grey - mean.repeat(2, 0).repeat(2, 1)) ** 2
    # Summed-area table: sums of all squares without a loop over their pixels.
    table = np.zeros((height + 1, width + 1))
    table[1:, 1:] = lost.cumsum(0).cumsum(1)
    sums = table[size:, size:] - table[:-size, size:]
    sums = sums - table[size:, :-size] + table[:-size, :-size]
    border = [8 if side - size >= 16 else 0 for side in (height, width)]
    inside = sums[border[0] : sums.shape[0] - border[0] : 4]
    inside = inside[:, border[1] : sums.shape[1] - border[1] : 4]
    row, column = np.unravel_index(inside.argmax(), inside.shape)
    return Window((int(border[1] + 4 * column), int(border[0] + 4 * row), int(size)))


def _as_rgb(image):
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.float64)
        grey = np.rint(np.clip(values, 0, 65535) / 257).astype(np.uint8)
        return np.repeat(grey[..., None], 3, -1)
    if image.mode == "F":
        raise ValueError("its pixels are floating point numbers of unknown range")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image.convert("RGB"))
