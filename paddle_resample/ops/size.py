"""Spatial sizes, the same in eager execution and while a program is traced."""

import paddle
import paddle.nn.functional as F

from ..errors import UsageError

__all__ = ["fit", "pad_to_multiple", "scaled_size", "spatial_size"]


def spatial_size(x, data_format="NCHW"):
    """Read height and width (or depth, height, width) of a feature map.

    Args:
        x: [N, C, *spatial] or, channels last, [N, *spatial, C].
        data_format: name of the layout; only whether it ends in "C" matters.

    Returns:
        list of int in eager execution; an integer Tensor while a program is traced,
        where the sizes may be unknown.
    """
    axes = slice(1, -1) if data_format.endswith("C") else slice(2, None)
    if paddle.in_dynamic_mode():
        return list(x.shape)[axes]
    return paddle.shape(x)[axes]


def scaled_size(x, scale, data_format="NCHW"):
    """Size of x after multiplying every side by an integer.

    Args:
        x: feature map, see `spatial_size`.
        scale: integer, at least 1.
        data_format: layout of x.

    Returns:
        list of int, or an integer Tensor while traced.
    """
    size = spatial_size(x, data_format)
    if isinstance(size, list):
        return [n * scale for n in size]
    return size * scale


def fit(y, size, slack, data_format="NCHW"):
    """Bring the output of an integer-scale upsampler to exactly `size`.

    The rule of this library for odd sizes: rows and columns too many are cropped at
    the bottom and right; missing ones repeat the last row and column.

    Args:
        y: [N, C, H, W], or [N, H, W, C] with data_format "NHWC".
        size: (H, W) wanted, ints or an integer Tensor; None leaves y as it is.
        slack: the scale; every side may differ by less than this many pixels. An
            encoder that floors or ceils odd sizes never needs more.
        data_format: "NCHW" or "NHWC".

    Returns:
        y with spatial size `size`, dtype of y.

    Raises:
        UsageError: a side differs by `slack` or more (eager execution only).

    >>> list(fit(paddle.ones([1, 1, 4, 4]), (5, 3), slack=2).shape)
    [1, 1, 5, 3]
    """
    if size is None:
        return y
    if paddle.in_dynamic_mode():
        have, want = spatial_size(y, data_format), [int(n) for n in size]
        if have == want:
            return y
        if any(abs(h - w) >= slack for h, w in zip(have, want)):
            raise UsageError(
                f"an upsampler of scale {slack} gives {have[0]}x{have[1]} here and can "
                f"be cropped or extended by less than {slack} pixels a side, but "
                f"size={want[0]}x{want[1]} was asked for"
            )
        below, right = (max(w - h, 0) for h, w in zip(have, want))
    else:  # unknown sizes: extend by the most that can be missing, then crop
        want, below, right = size, slack - 1, slack - 1
    if below or right:
        # F.pad orders the sides left, right, top, bottom.
        y = F.pad(y, [0, right, 0, below], "replicate", data_format=data_format)
    return _crop(y, want, data_format)


def pad_to_multiple(x, scale, mode="constant", data_format="NCHW"):
    """Complete the last cells of x at the bottom and right.

    Args:
        x: [N, C, H, W], or [N, H, W, C] with data_format "NHWC".
        scale: cell side.
        mode: "constant" fills with zeros, "replicate" repeats the last row and column.
        data_format: "NCHW" or "NHWC".

    Returns:
        x with H and W rounded up to multiples of scale, dtype of x.

    >>> list(pad_to_multiple(paddle.ones([1, 1, 3, 4]), 2).shape)
    [1, 1, 4, 4]
    """
    size = spatial_size(x, data_format)
    if paddle.in_dynamic_mode():
        below, right = (-n % scale for n in size)
        if not below and not right:
            return x
        return F.pad(x, [0, right, 0, below], mode, data_format=data_format)
    whole = (size + scale - 1) // scale * scale
    x = F.pad(x, [0, scale - 1, 0, scale - 1], mode, data_format=data_format)
    return _crop(x, whole, data_format)


def _crop(x, size, data_format):
    if data_format == "NHWC":
        return x[:, : size[0], : size[1], :]
    return x[:, :, : size[0], : size[1]]
