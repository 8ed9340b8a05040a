"""Max pooling that records the positions of the maxima, and its unpooling."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_counts, check_maps, check_side, check_size
from ..errors import UsageError
from ..kernels import native
from .onnx_forms import in_onnx_forms
from .size import spatial_size

__all__ = ["PoolIndices", "check_window", "max_pool", "max_unpool"]


class PoolIndices(NamedTuple):
    """The positions of the maxima of a pooling.

    Attributes:
        indices: int [N, C, h, w] or [N, C, d, h, w], flat row-major positions inside
            a plane or volume of `size`.
        size: (H, W) or (D, H, W) of the pooled map.
    """

    indices: Any
    size: Any


def max_pool(
    x: Tensor,
    kernel_size: int = 2,
    stride: int | None = None,
    padding: int = 0,
    ceil_mode: bool = False,
) -> tuple[Tensor, PoolIndices]:
    """Maximum of each window, and its position.

    Args:
        x: float [N, C, H, W] or [N, C, D, H, W].
        kernel_size: window side k.
        stride: step between windows, default kernel_size.
        padding: rows and columns added on every side, never chosen as maximum.
        ceil_mode: whether an incomplete last window counts; not on Paddle 2.6.

    Returns:
        (pooled [N, C, h, w] or [N, C, d, h, w], PoolIndices): h = floor((H + 2*padding
        - k) / stride) + 1, or ceil. Of equal values the first in row-major order wins.

    Raises:
        UsageError: ceil_mode on Paddle 2.6; a window above the padded x, padding above
            half of it.

    Source:
        Textbook; positions as in Badrinarayanan et al., "SegNet", TPAMI 2017.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import max_pool
        >>> y, side = max_pool(paddle.to_tensor([[[[1.0, 5.0], [2.0, 3.0]]]]))
        >>> y.item(), side.indices.item(), side.size
        (5.0, 1, [2, 2])
    """
    if ceil_mode and paddle.__version__.startswith("2."):
        raise UsageError(
            "max_pool: Paddle 2 ignores ceil_mode when it records positions; use "
            "Paddle 3 or ceil_mode=False"
        )
    check_window("max_pool", x, kernel_size, stride, padding)
    return _max_pool(x, kernel_size, stride or kernel_size, padding, ceil_mode)


def _max_pool(x, kernel_size, stride, padding=0, ceil_mode=False):
    """max_pool of checked arguments."""
    size = spatial_size(x)
    if in_onnx_forms() and x.ndim == 4 and not ceil_mode:
        return _argmax_pool(x, size, kernel_size, stride, padding)
    pool = F.max_pool3d if x.ndim == 5 else F.max_pool2d
    pooled, indices = pool(
        x, kernel_size, stride, padding, return_mask=True, ceil_mode=ceil_mode
    )
    # Paddle finds no maximum among NaN or minus infinity and says -1, where unpooling
    # and its own gradient would write outside their map.
    if paddle.in_dynamic_mode() and not pooled.stop_gradient:
        if x.place.is_cpu_place() and int(indices.min()) < 0:
            pooled = _with_positions(x, pooled.detach(), indices)
    return pooled, PoolIndices(paddle.clip(indices, min=0), size)


def _with_positions(x, pooled, indices):
    """The maxima, with a gradient to those that have a position."""
    positions = paddle.clip(indices, min=0).flatten(2).astype("int64")
    values = paddle.take_along_axis(x.flatten(2), positions, 2).reshape(pooled.shape)
    return paddle.where(indices >= 0, values, pooled)


def check_window(owner, x, kernel_size, stride, padding, ranks=(4, 5), pairs=False):
    """Check the arguments of a function that pools windows.

    Args:
        owner: name of the function, for the message.
        x: [N, C, H, W] or [N, C, D, H, W].
        kernel_size, stride, padding: of the windows.
        ranks: the numbers of axes that x may have.
        pairs: whether each may also be (rows, columns).

    Raises:
        UsageError: they do not fit each other.
    """
    check_maps(owner, ranks, x=x)
    stride = kernel_size if stride is None else stride
    windows = (kernel_size, stride, padding)
    axes = [windows] * (x.ndim - 2)
    if pairs:
        axes = list(zip(*(pair(value) for value in windows)))
    for (k, step, pad), side in zip(axes, x.shape[2:]):
        check_counts(owner, kernel_size=k, stride=step)
        check_counts(owner, 0, padding=pad)
        if pad > k // 2:
            raise UsageError(
                f"{owner}: padding={padding} is above half of kernel_size={kernel_size}"
            )
        if paddle.in_dynamic_mode() and side + 2 * pad < k:
            sides = "x".join(map(str, x.shape[2:]))
            raise UsageError(
                f"{owner}: x of {sides} is too small for a window of {k} pixels"
            )


def pair(value):
    """(rows, columns) of a number for both, or of the two themselves.

    >>> pair(2), pair([3, 2])
    ((2, 2), (3, 2))
    """
    if isinstance(value, (list, tuple)) and len(value) == 2:
        return tuple(value)
    return (value, value)


def _argmax_pool(x, size, kernel_size, stride, padding):
    """max_pool from unfolded windows: what the converter writes lacks the positions."""
    wide = F.pad(x, [padding] * 4, value=-3.0e38)  # loses against every number
    windows = F.unfold(wide, kernel_size, stride)
    height, width = (
        (size[i] + 2 * padding - kernel_size) // stride + 1 for i in (0, 1)
    )
    windows = windows.reshape([-1, x.shape[1], kernel_size**2, height, width])
    tap = windows.argmax(axis=2)
    row = paddle.arange(height).reshape([-1, 1]) * stride + tap // kernel_size
    column = paddle.arange(width) * stride + tap % kernel_size
    indices = (row - padding) * size[1] + column - padding
    return windows.max(axis=2), PoolIndices(indices, size)


def max_unpool(x: Tensor, side: PoolIndices) -> Tensor:
    """Put every value back to the position of its maximum; zeros elsewhere.

    Args:
        x: float [N, C, h, w] or [N, C, d, h, w].
        side: PoolIndices of the pooling that gave x's shape.

    Returns:
        [N, C, H, W] or [N, C, D, H, W] of side.size. Where overlapping windows chose
        the same pixel, one of their values remains.

    Raises:
        UsageError: the shapes of x and the indices differ, positions outside the map.

    Source:
        Badrinarayanan et al., "SegNet", TPAMI 2017; Zeiler and Fergus, ECCV 2014.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import max_pool, max_unpool
        >>> y, side = max_pool(paddle.to_tensor([[[[1.0, 5.0], [2.0, 3.0]]]]))
        >>> max_unpool(y, side).numpy()[0, 0].tolist()
        [[0.0, 5.0], [0.0, 0.0]]
    """
    check_side("max_unpool", side, PoolIndices)
    check_maps("max_unpool", (4, 5), x=x)
    shape = x.shape
    check_size("max_unpool", side.size, len(shape) - 2, shape[0] * shape[1])
    if paddle.in_dynamic_mode() and shape != side.indices.shape:
        raise UsageError(
            f"max_unpool: x is {list(shape)} but the pooling recorded "
            f"{list(side.indices.shape)}; the channels and size must be those of the "
            "pooling"
        )
    return _max_unpool(x, side)


def _max_unpool(x, side):
    """max_unpool of checked arguments; still refuses positions outside the map."""
    size = [side.size[i] for i in range(x.ndim - 2)]
    if paddle.in_dynamic_mode():
        return _unpool(x, side.indices, size)
    return _scatter(x, side.indices, size)


def _unpool(x, indices, size):
    fast = native("max_unpool", x)
    try:
        if fast is not None:
            return fast(x, indices, size)
        return _paddle_unpool(x, indices, size)
    except (OSError, RuntimeError, ValueError):
        _refuse_positions(indices, size)
        raise


def _scatter(x, indices, size):
    # A traced max_unpool2d wants its output size in numbers; a scatter does not.
    plane = paddle.zeros([x.shape[0], x.shape[1], math.prod(size)], dtype=x.dtype)
    flat = paddle.put_along_axis(
        plane, indices.flatten(2).astype("int64"), x.flatten(2), axis=2
    )
    return flat.reshape([0, 0, *size])


def _paddle_unpool(x, indices, size):
    if x.place.is_cpu_place():  # Paddle would write outside its map
        _refuse_positions(indices, size)
    unpool = F.max_unpool3d if x.ndim == 5 else F.max_unpool2d
    # Window and step only serve a check of the output size: these lead to it.
    window = [n - pooled + 1 for n, pooled in zip(size, x.shape[2:])]
    return unpool(x, indices, window, 1, output_size=size)


def _refuse_positions(indices, size):
    pixels = math.prod(size)
    first, last = int(indices.min()), int(indices.max())
    if first < 0 or last >= pixels:
        raise UsageError(
            f"max_unpool: positions from {first} to {last} do not all lie among the "
            f"{pixels} pixels of {'x'.join(map(str, size))}"
        ) from None
