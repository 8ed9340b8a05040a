"""Spatial sizes, the same in eager execution and while a program is traced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_choice, check_counts, check_maps, check_size
from ..errors import UsageError

__all__ = ["Size", "fit", "pad_to_multiple", "scaled_size", "spatial_size"]

# Sides of a map: ints, or an integer Tensor while a program is traced.
Size = Union[Sequence[int], Tensor]

_LAYOUTS = ("NCHW", "NHWC", "NCDHW")


def spatial_size(x: Tensor, data_format: str = "NCHW") -> list[int] | Tensor:
    """Return the height and width (or depth, height, width) of a feature map.

    Args:
        x: [N, C, *spatial] or, channels last, [N, *spatial, C].
        data_format: name of the layout; only whether it ends in "C" matters.

    Returns:
        list of int in eager execution; an integer Tensor while a program is traced,
        where the sizes may be unknown.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import spatial_size
        >>> spatial_size(paddle.ones([1, 3, 4, 5]))
        [4, 5]
    """
    axes = slice(1, -1) if data_format.endswith("C") else slice(2, None)
    if paddle.in_dynamic_mode():
        return list(x.shape)[axes]
    return paddle.shape(x)[axes]


def scaled_size(x: Tensor, scale: int, data_format: str = "NCHW") -> list[int] | Tensor:
    """Return the sides of x times an integer.

    Args:
        x: feature map, see `spatial_size`.
        scale: at least 1.
        data_format: layout of x.

    Returns:
        list of int, or an integer Tensor while traced.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import scaled_size
        >>> scaled_size(paddle.ones([1, 3, 4, 5]), 2)
        [8, 10]
    """
    size = spatial_size(x, data_format)
    if isinstance(size, list):
        return [n * scale for n in size]
    return size * scale


def fit(y: Tensor, size: Size | None, slack: int, data_format: str = "NCHW") -> Tensor:
    """Crop or extend the output of an integer-scale upsampler to exactly `size`.

    The rule of this library for odd sizes: rows and columns too many are cropped at
    the bottom and right; missing ones repeat the last row and column.

    Args:
        y: [N, C, H, W], or as data_format says.
        size: (H, W) or (D, H, W); None leaves y as it is.
        slack: the scale; every side may differ by less than this many pixels.
        data_format: "NCHW", "NHWC" or "NCDHW".

    Returns:
        y with spatial size `size`.

    Raises:
        UsageError: a side differs by `slack` or more.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import fit
        >>> list(fit(paddle.ones([1, 1, 4, 4]), (5, 3), slack=2).shape)
        [1, 1, 5, 3]
    """
    if size is None:
        return y
    check_choice("fit", "data_format", data_format, _LAYOUTS)
    check_counts("fit", slack=slack)
    check_maps("fit", (len(data_format),), y=y)
    check_size("fit", size, len(data_format) - 2, 1)
    return _fit(y, size, slack, data_format)


def _fit(y, size, slack, data_format="NCHW"):
    """fit of checked arguments; still refuses a size that is too far off."""
    if size is None:
        return y
    if paddle.in_dynamic_mode():
        have, want = spatial_size(y, data_format), [int(n) for n in size]
        if have == want:
            return y
        if any(abs(h - w) >= slack for h, w in zip(have, want)):
            raise UsageError(
                f"an upsampler of scale {slack} gives {_times(have)} here and can be "
                f"cropped or extended by less than {slack} pixels a side, but "
                f"size={_times(want)} was asked for"
            )
        missing = [max(w - h, 0) for h, w in zip(have, want)]
    else:  # unknown sizes: extend by the most that can be missing, then crop
        want, missing = size, [slack - 1] * (len(data_format) - 2)
    if any(missing):
        y = _extend(y, missing, "replicate", data_format)
    return _crop(y, want, data_format)


def pad_to_multiple(
    x: Tensor, scale: int, mode: str = "constant", data_format: str = "NCHW"
) -> Tensor:
    """Complete the last cells of x at the bottom and right.

    Args:
        x: [N, C, H, W], or as data_format says.
        scale: cell side.
        mode: "constant" fills with zeros, "replicate" repeats the last row and column.
        data_format: "NCHW", "NHWC" or "NCDHW".

    Returns:
        x with every side rounded up to a multiple of scale.

    Raises:
        UsageError: unknown mode or layout.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import pad_to_multiple
        >>> list(pad_to_multiple(paddle.ones([1, 1, 3, 4]), 2).shape)
        [1, 1, 4, 4]
    """
    check_choice("pad_to_multiple", "mode", mode, ("constant", "replicate"))
    check_choice("pad_to_multiple", "data_format", data_format, _LAYOUTS)
    check_maps("pad_to_multiple", (len(data_format),), x=x)
    check_counts("pad_to_multiple", scale=scale)
    return _pad_to_multiple(x, scale, mode, data_format)


def _pad_to_multiple(x, scale, mode="constant", data_format="NCHW"):
    """pad_to_multiple of checked arguments."""
    size = spatial_size(x, data_format)
    if paddle.in_dynamic_mode():
        missing = [-n % scale for n in size]
        return _extend(x, missing, mode, data_format) if any(missing) else x
    whole = (size + scale - 1) // scale * scale
    x = _extend(x, [scale - 1] * (len(data_format) - 2), mode, data_format)
    return _crop(x, whole, data_format)


def _extend(x, missing, mode, data_format):
    """Add so many pixels at the end of every side."""
    if data_format == "NHWC" and not paddle.in_dynamic_mode():
        # Paddle Inference with oneDNN pads as if this were NCHW.
        for axis, count in zip((1, 2), missing):
            last = paddle.slice(x, [axis], [-1], [2**31 - 1])
            more = last if mode == "replicate" else paddle.zeros_like(last)
            x = paddle.concat([x, *[more] * count], axis=axis)
        return x
    # F.pad begins with the last side, and with its start: left, right, top, bottom.
    sides = [n for end in reversed(missing) for n in (0, end)]
    return F.pad(x, sides, mode, data_format=data_format)


def _crop(x, size, data_format):
    if data_format == "NHWC":
        return x[:, : size[0], : size[1], :]
    if data_format == "NCDHW":
        return x[:, :, : size[0], : size[1], : size[2]]
    return x[:, :, : size[0], : size[1]]


def _times(size):
    return "x".join(str(n) for n in size)
