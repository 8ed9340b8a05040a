"""Resizing to any scale with the kernel stretched where an axis shrinks."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence

import numpy as np
import paddle
from paddle import Tensor

from ..arguments import check_choice, check_maps, check_positive, check_size
from ..errors import UsageError

__all__ = ["resize_right"]

_EPSILON = float(np.finfo("float32").eps)
_PADDINGS = ("zeros", "replicate", "reflect", "circular")


def resize_right(
    x: Tensor,
    size: int | Sequence[int] | None = None,
    scale: float | Sequence[float] | None = None,
    mode: str = "cubic",
    antialias: bool = True,
    padding: str = "zeros",
) -> Tensor:
    """Resize x to `size`, by `scale`, or both: the scale sets the sampling step.

    Args:
        x: float [N, C, H, W] of known H and W.
        size: (H', W'), or one int for both; default ceil(side * scale).
        scale: output side / input side, > 0, or one per axis; default the ratio of the
            sides.
        mode: "box", "linear", "cubic" (a = -0.5), "lanczos2" or "lanczos3".
        antialias: whether the kernel is stretched by 1 / scale where an axis shrinks.
        padding: outside of x: "zeros", "replicate", "reflect" (without the border
            pixel) or "circular".

    Returns:
        [N, C, H', W']. The centres of both maps coincide: output i is at
        i / scale + (in - 1) / 2 - (out - 1) / (2 * scale) of the input. The weights of
        a window sum to 1 with those outside, so zeros darken the border.

    Raises:
        UsageError: neither size nor scale, a scale that is not positive, unknown mode
            or padding, sizes that are unknown while a program is traced.

    Source:
        A. Shocher, "ResizeRight", 2021 (software); R. Keys, IEEE TASSP 1981.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import resize_right
        >>> x = paddle.to_tensor([[[[1.0, 3.0], [5.0, 7.0]]]])
        >>> resize_right(x, scale=0.5, mode="box").item()
        4.0
    """
    check_choice("resize_right", "mode", mode, _KERNELS)
    check_choice("resize_right", "padding", padding, _PADDINGS)
    check_maps("resize_right", (4,), x=x)
    have = list(x.shape)[2:]
    if not all(isinstance(n, int) and n > 0 for n in have):
        raise UsageError(
            "resize_right: the height and width must be known while a program is "
            "traced; use interpolate with antialias=True where they are not"
        )
    sides, scales = _size_and_scales(have, size, scale)
    check_size("resize_right", sides, 2, x.shape[0] * x.shape[1])
    check_size("resize_right", [m * n for m, n in zip(sides, have)], 2, 1)
    return _resize_right(x, sides, scales, mode, antialias, padding)


def _resize_right(x, size, scales, mode="cubic", antialias=True, padding="zeros"):
    """resize_right of checked arguments, a side and a scale for each axis."""
    have = list(x.shape)[2:]
    for axis, (n, m, s) in enumerate(zip(have, size, scales)):
        if s == 1:
            continue
        matrix = _matrix(n, m, s, mode, antialias, padding)
        width = "float64" if x.dtype == paddle.float64 else "float32"
        matrix = paddle.to_tensor(matrix.astype(width)).astype(x.dtype)
        if axis == 0:
            x = paddle.matmul(matrix, x)
        else:
            x = paddle.matmul(x, matrix, transpose_y=True)
    return x


def _size_and_scales(have, size, scale):
    if size is None and scale is None:
        raise UsageError("resize_right: give a size, a scale or both")
    if size is not None:
        size = [size] * 2 if isinstance(size, numbers.Integral) else size
        check_size("resize_right", size, 2, 1)
        size = [int(side) for side in size]
    if scale is None:
        return size, [m / n for m, n in zip(size, have)]
    scales = [scale] * 2 if isinstance(scale, numbers.Number) else scale
    if not isinstance(scales, (list, tuple)) or len(scales) != 2:
        raise UsageError(
            f"resize_right: scale must be one number or one per axis, not {scale!r}"
        )
    for s in scales:
        check_positive("resize_right", scale=s)
    return size or [math.ceil(n * s) for n, s in zip(have, scales)], scales


def _matrix(n, m, scale, mode, antialias, padding):
    """[m, n]: what every input pixel gives to every output pixel of an axis."""
    kernel, support = _KERNELS[mode]
    stretch = 1.0 / scale if antialias and scale < 1 else 1.0
    support = support * stretch
    location = np.arange(m) / scale + (n - 1) / 2 - (m - 1) / (2 * scale)
    first = np.ceil(location - support / 2 - _EPSILON).astype("int64")
    taps = first[:, None] + np.arange(math.ceil(support - _EPSILON))
    weights = kernel((location[:, None] - taps) / stretch)
    total = weights.sum(axis=1, keepdims=True)
    weights = weights / np.where(total == 0, 1, total)
    if padding == "zeros":
        weights = np.where((taps >= 0) & (taps < n), weights, 0)
        taps = np.clip(taps, 0, n - 1)
    elif padding == "replicate":
        taps = np.clip(taps, 0, n - 1)
    elif padding == "circular":
        taps = taps % n
    elif n == 1:
        taps = taps * 0
    else:
        taps = taps % (2 * n - 2)
        taps = np.minimum(taps, 2 * n - 2 - taps)
    matrix = np.zeros([m, n])
    np.add.at(matrix, (np.arange(m)[:, None], taps), weights)
    return matrix


def _box(t):
    return (abs(t) <= 1).astype("float64")


def _linear(t):
    return np.maximum(1 - abs(t), 0)


def _cubic(t):
    t = abs(t)
    inside = 1.5 * t**3 - 2.5 * t**2 + 1
    outside = -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2
    return np.where(t <= 1, inside, np.where(t <= 2, outside, 0))


def _lanczos(lobes):
    def kernel(t):
        above = np.sin(np.pi * t) * np.sin(np.pi * t / lobes) + _EPSILON
        below = np.pi**2 * t**2 / lobes + _EPSILON
        return above / below * (abs(t) < lobes)

    return kernel


# mode -> (kernel, its width in input pixels)
_KERNELS = {
    "box": (_box, 1),
    "linear": (_linear, 2),
    "cubic": (_cubic, 4),
    "lanczos2": (_lanczos(2), 4),
    "lanczos3": (_lanczos(3), 6),
}
