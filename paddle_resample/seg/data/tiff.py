"""TIFF files: any number of bands, 16 bits and floating point."""

import cv2
import numpy as np

from ...errors import UsageError

__all__ = ["DamagedFile", "is_tiff", "read_tiff"]

_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_UPRIGHT = 1


class DamagedFile(UsageError):
    """A file that cannot be decoded, where others are refused for what they hold."""


def is_tiff(path):
    """Whether a file begins as a TIFF or BigTIFF does."""
    try:
        with open(path, "rb") as file:
            return file.read(4) in _MARKS
    except OSError:
        return False


def read_tiff(path, channels, always=False):
    """Read what a TIFF holds.

    Args:
        path: of the file.
        channels: tells bands from rows where the file leaves it open.
        always: also what OpenCV reads rightly: 8 bits with 1 or 3 bands.

    Returns:
        array [H, W] or [H, W, bands], type and order of the file, or None where
        OpenCV is to read it.

    Raises:
        UsageError: damaged, not upright, several pictures, an unknown compression.
    """
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            page, series = file.pages[0], file.series[0]
            orientation = page.tags.get("Orientation")
            if orientation is not None and orientation.value != _UPRIGHT:
                raise UsageError(
                    f"image {path} has the TIFF orientation {orientation.value}; store "
                    "it upright"
                )
            plain = page.dtype in (np.uint8, np.bool_) and len(file.pages) == 1
            if plain and page.samplesperpixel in (1, 3) and not always:
                return None
            if len(file.series) > 1 and file.series[1].shape == series.shape:
                raise UsageError(
                    f"image {path} holds {len(file.series)} pictures; store each in a "
                    "file of its own"
                )
            opaque = _opaque_alpha(page)
            try:
                image = series.asarray()
            except (ValueError, ImportError) as error:
                image = _by_opencv(path, page, error)
    except UsageError:
        raise
    except Exception as error:
        # A damaged file fails wherever its first wrong byte leads.
        text = str(error) or type(error).__name__
        raise DamagedFile(f"image {path} cannot be read as a TIFF ({text})") from None
    image = _bands_last(path, np.squeeze(image), series.axes, channels)
    if opaque and channels == 3 and image.shape[-1] == 4:
        alpha = image[..., 3]
        if (alpha == np.iinfo(alpha.dtype).max).all():
            return np.ascontiguousarray(image[..., :3])
    return image


def _opaque_alpha(page):
    """Whether the file calls its last band transparency."""
    return any(int(kind) in (1, 2) for kind in page.extrasamples or ())


def _by_opencv(path, page, error):
    """tifffile leaves some compressions to a package that may not be installed."""
    if page.samplesperpixel in (1, 3, 4):
        image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if image is not None and image.dtype == page.dtype:
            if image.ndim == 3:
                order = [2, 1, 0, 3][: image.shape[2]]
                image = image[..., order]
            return image
    raise UsageError(
        f"image {path} cannot be read ({error}); pip install imagecodecs"
    ) from None


def _bands_last(path, image, axes, channels):
    if image.ndim == 2:
        return image
    if image.ndim != 3:
        raise UsageError(
            f"image {path} has the shape {list(image.shape)}, not rows, columns and "
            "bands"
        )
    if axes[-1:] == "S" or (image.shape[0] != channels and image.shape[2] == channels):
        return image
    return np.ascontiguousarray(np.moveaxis(image, 0, 2))
