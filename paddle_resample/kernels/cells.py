"""Cells of pixels to channels and back, natively; see ops.shuffle and ops.patch."""

from .call import call

__all__ = [
    "expand_cells",
    "merge_cells",
    "pixel_shuffle",
    "pixel_unshuffle",
]

# Order of a cell's pixels in the channels; C comes before or after them.
_CHANNEL_MAJOR, _ALONG_ROWS, _DOWN_COLUMNS = range(3)


def pixel_shuffle(x, scale, data_format="NCHW"):
    """See ops.pixel_shuffle; NCHW and NHWC."""
    return call("cells", x, scale, _CHANNEL_MAJOR, True, data_format == "NHWC")


def pixel_unshuffle(x, scale, data_format="NCHW"):
    """See ops.pixel_unshuffle; NCHW and NHWC."""
    return call("cells", x, scale, _CHANNEL_MAJOR, False, data_format == "NHWC")


def merge_cells(x, scale=2):
    """See ops.merge_cells."""
    return call("cells", x, scale, _DOWN_COLUMNS, False, True)


def expand_cells(x, scale):
    """See ops.expand_cells."""
    return call("cells", x, scale, _ALONG_ROWS, True, True)
