"""Pooling of feature maps by windows, natively."""

from .call import call, compute, is_plain

__all__ = ["pool2d"]


def pool2d(x, largest, inside_only, how):
    """The largest value of every window, or the mean of its values.

    Args:
        x: float32 [N, C, H, W].
        largest: bool.
        inside_only: whether a mean is by those pixels of a window that are in the map.
        how: kernel (2), stride (2), padding at the top and left, H' and W'.

    Returns:
        [N, C, H', W'].
    """
    if not is_plain(x):
        return call("pool2d", x, largest, inside_only, how)
    n, c, h, w = x.shape
    numbers = n * c, h, w, *how, largest, inside_only
    return compute("pool2d_forward", [n, c, *how[6:]], [x.data_ptr()], numbers)
