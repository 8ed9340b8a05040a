"""Maxima of windows whose distances alternate pseudo-randomly between integers."""

from __future__ import annotations

from collections.abc import Sequence

import paddle
from paddle import Tensor

from ..arguments import check_counts, check_maps
from ..errors import UsageError
from .low_pass import wide
from .pool import PoolIndices, pair
from .size import spatial_size

__all__ = ["fractional_max_pool"]


def fractional_max_pool(
    x: Tensor,
    samples: Tensor,
    kernel_size: int | Sequence[int] = 2,
    output_size: int | Sequence[int] | None = None,
    output_ratio: float | Sequence[float] | None = None,
) -> tuple[Tensor, PoolIndices]:
    """Maximum of each window, and its position.

    Args:
        x: float [N, C, H, W].
        samples: float [N, C, 2] or [1, C, 2] in [0, 1): u of the columns, then of the
            rows.
        kernel_size: window side k, or (rows, columns).
        output_size: m, or (rows, columns), of the result.
        output_ratio: of the result's sides to x's, in its place: m = floor(n * ratio).

    Returns:
        (pooled [N, C, h, w], PoolIndices), as `ops.max_pool` gives. With a = (n - k) /
        (m - 1), window i starts at floor((i + u) * a) - floor(u * a), the last one at
        n - k; windows may overlap or leave gaps. Of equal values the first wins.

    Raises:
        UsageError: windows that do not fit, m + k - 1 > n; neither or both of
            output_size and output_ratio; samples of another shape.

    Source:
        Graham, "Fractional max-pooling", arXiv 1412.6071, 2014, pseudo-random
        sequences, as PyTorch has them; the starts are computed in float64, whatever the
        type of x.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import fractional_max_pool
        >>> x = paddle.arange(7.0).reshape([1, 1, 1, 7])
        >>> u = paddle.full([1, 1, 2], 0.5)
        >>> fractional_max_pool(x, u, (1, 2), (1, 4))[0].flatten().tolist()
        [1.0, 3.0, 5.0, 6.0]
    """
    owner = "fractional_max_pool"
    check_maps(owner, (4,), x=x)
    check_maps(owner, (3,), samples=samples)
    if (output_size is None) == (output_ratio is None):
        raise UsageError(f"{owner}: give output_size or output_ratio, one of the two")
    kernel, height, width = pair(kernel_size), *x.shape[2:]
    if output_size is None:
        output_size = tuple(
            int(side * ratio)
            for side, ratio in zip((height, width), _ratios(owner, output_ratio))
        )
    for side, k, m in zip((height, width), kernel, pair(output_size)):
        check_counts(owner, kernel_size=k, output_size=m)
        if paddle.in_dynamic_mode() and m + k - 1 > side:
            raise UsageError(
                f"{owner}: {side} pixels are too small for {m} windows of {k}; "
                f"kernel_size + output_size - 1 may be {side} at most"
            )
    if paddle.in_dynamic_mode() and list(samples.shape) not in (
        [n, x.shape[1], 2] for n in (1, x.shape[0])
    ):
        raise UsageError(
            f"{owner}: samples are {list(samples.shape)}, but for x of {list(x.shape)} "
            f"they must be {[x.shape[0], x.shape[1], 2]}, or one for all samples"
        )
    return _fractional_max_pool(x, samples, kernel, pair(output_size))


def _ratios(owner, ratio):
    ratios = pair(ratio)
    for value in ratios:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not 0 < value <= 1:
            raise UsageError(
                f"{owner}: output_ratio must be above 0 and at most 1, not {ratio!r}"
            )
    return ratios


def _fractional_max_pool(x, samples, kernel, output_size):
    """fractional_max_pool of checked arguments; the sizes may be Tensors."""
    size = spatial_size(x)
    rows, columns = (
        _starts(samples[:, :, 1 - axis], size[axis], output_size[axis], kernel[axis])
        for axis in (0, 1)
    )
    flat, width = wide(x).flatten(2), size[1]
    batch = x.shape[0] if paddle.in_dynamic_mode() else paddle.shape(x)[0]
    largest = index = None
    for row in range(kernel[0]):
        for column in range(kernel[1]):
            # A window larger than the map meets its last pixels again.
            above = paddle.clip(rows + row, max=size[0] - 1).unsqueeze(3)
            left = paddle.clip(columns + column, max=width - 1).unsqueeze(2)
            position = (above * width + left).expand([batch, -1, -1, -1]).flatten(2)
            value = paddle.take_along_axis(flat.detach(), position, 2)
            if largest is None:
                largest, index = value, position
                continue
            larger = value > largest
            index = paddle.where(larger, position, index)
            largest = paddle.where(larger, value, largest)
    pooled = paddle.take_along_axis(flat, index, 2).astype(x.dtype)
    sides = [0, 0, output_size[0], -1]
    return pooled.reshape(sides), PoolIndices(
        index.reshape(sides).astype("int32"), size
    )


def _starts(u, n, m, k):
    """Where the windows of an axis start, int64 [N, C, m].

    Args:
        u: [N, C].
        n, m: pixels and windows, ints or integer Tensors.
        k: side of the window.
    """
    u = u.astype("float64").unsqueeze(2)
    i = paddle.arange(m, dtype="int64")
    last = (i == m - 1).astype("int64")
    if isinstance(n, int):
        room = max(n - k, 0)
        step = room / max(m - 1, 1)
    else:
        room = paddle.clip(n.astype("int64") - k, min=0)
        steps = paddle.clip(m.astype("int64") - 1, min=1)
        step = room.astype("float64") / steps.astype("float64")
    start = paddle.floor((i.astype("float64") + u) * step) - paddle.floor(u * step)
    return start.astype("int64") * (1 - last) + last * room
