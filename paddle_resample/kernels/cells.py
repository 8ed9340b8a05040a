"""Cells of pixels to channels and back, natively; see ops.shuffle and ops.patch."""

from .call import call, compute, is_plain

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
    return _cells(x, scale, _CHANNEL_MAJOR, True, data_format == "NHWC")


def pixel_unshuffle(x, scale, data_format="NCHW"):
    """See ops.pixel_unshuffle; NCHW and NHWC."""
    return _cells(x, scale, _CHANNEL_MAJOR, False, data_format == "NHWC")


def merge_cells(x, scale=2):
    """See ops.merge_cells."""
    return _cells(x, scale, _DOWN_COLUMNS, False, True)


def expand_cells(x, scale):
    """See ops.expand_cells."""
    return _cells(x, scale, _ALONG_ROWS, True, True)


def _cells(x, scale, order, to_space, last):
    """Move cells, by Paddle's operator where a gradient may be asked for."""
    if not is_plain(x):
        return call("cells", x, scale, order, to_space, last)
    if last:
        n, h, w, c = x.shape
    else:
        n, c, h, w = x.shape
    if to_space:
        c //= scale * scale
        height, width, channels = h * scale, w * scale, c
    else:
        h //= scale
        w //= scale
        height, width, channels = h, w, c * scale * scale
    shape = [n, height, width, channels] if last else [n, channels, height, width]
    doubles = x.element_size() == 8
    how = n, c, h, w, int(scale), order, to_space, last, doubles
    return compute("move_cells", shape, [x.data_ptr()], how, dtype=x.dtype)
