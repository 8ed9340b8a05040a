"""An ideal low-pass filter: what lies outside of a rectangle of the spectrum is 0."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import paddle
from paddle import Tensor

from ..arguments import check_counts, check_maps
from ..errors import UsageError
from .size import spatial_size

__all__ = ["check_threshold", "low_pass"]


def low_pass(x: Tensor, threshold: float = 0.25, stride: int = 1) -> Tensor:
    """Keep the low frequencies of every channel, then every stride-th pixel.

    Args:
        x: float [N, C, H, W].
        threshold: t, from above 0 to 0.5, in cycles per pixel. Of the spectrum with
            its zero frequency in the middle, the rows round(H/2 - H*t) to round(H/2 +
            H*t) - 1 are kept, halves rounded to even numbers, and columns likewise.
        stride: step between the pixels that remain, from the first on.

    Returns:
        [N, C, ceil(H/stride), ceil(W/stride)], the real part. The map counts as
        periodic. Where one frequency of a pair is kept alone, as by t = 0.25 at an even
        side, its half of the pair remains.

    Raises:
        UsageError: a threshold outside of its range.

    Source:
        Chen et al., "When semantic segmentation meets frequency aliasing", ICLR 2024
        (de-aliasing filter). The filter of each axis is a circulant matrix; two
        products with them replace the Fourier transforms, which export and half
        precision do not have.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import low_pass
        >>> x = paddle.to_tensor([[[[2.0, 4.0, 2.0, 4.0]] * 4]])  # 3 and an alternation
        >>> [round(v, 4) for v in low_pass(x).numpy()[0, 0, 0].tolist()]
        [3.0, 3.0, 3.0, 3.0]
    """
    check_maps("low_pass", (4,), x=x)
    check_threshold("low_pass", threshold)
    check_counts("low_pass", stride=stride)
    return _low_pass(x, threshold, stride)


def check_threshold(owner: str, threshold: Any) -> None:
    """Check the highest frequency that a filter keeps.

    Args:
        owner: name of the function or layer, for the message.
        threshold: in cycles per pixel.

    Raises:
        UsageError: it is no number above 0 and at most 0.5.
    """
    number = isinstance(threshold, (int, float)) and not isinstance(threshold, bool)
    if not number or not 0 < threshold <= 0.5:
        raise UsageError(
            f"{owner}: threshold must be above 0 and at most 0.5 cycles per pixel, not "
            f"{threshold!r}"
        )


def _low_pass(x, threshold, stride=1):
    """low_pass of checked arguments."""
    values = wide(x)
    size = spatial_size(x)
    (rows, rows_odd, even_rows), (columns, columns_odd, even_columns) = (
        _matrices(size[axis], threshold, stride, values.dtype) for axis in (0, 1)
    )
    # Automatic mixed precision would round the matrices.
    with paddle.amp.auto_cast(enable=False):
        y = filter_axes(values, rows, columns)
        if not (even_rows or even_columns):  # the product of the imaginary parts
            y = y - filter_axes(values, rows_odd, columns_odd)
    return y.astype(x.dtype)


def filter_axes(x, rows, columns):
    """The product rows @ x @ columns^T of every channel.

    Args:
        x: float [N, C, H, W].
        rows, columns: [h, H] and [w, W].

    Returns:
        [N, C, h, w].
    """
    # Paddle Inference with oneDNN multiplies the map of a convolution as it lies in
    # memory, in blocks of channels; what was reshaped lies in rows.
    y = paddle.matmul(x.flatten(1, 2), columns.transpose([1, 0]))
    return paddle.matmul(rows, y.reshape([0, x.shape[1], spatial_size(x)[0], -1]))


def _matrices(n, threshold, stride, dtype):
    """Real and imaginary part of the filter of an axis, [ceil(n/stride), n] each, and
    whether the imaginary part is 0 for sure."""
    cosines, sines, even = responses(n, threshold, dtype)
    # As int64: the products of indices outgrow 32 bits nowhere.
    index = paddle.arange(n, dtype="int64")
    where = paddle.mod(index[::stride].unsqueeze(1) - index + n, _integer(n))
    shape, flat = paddle.shape(where), where.flatten()
    return (*(paddle.gather(v, flat).reshape(shape) for v in (cosines, sines)), even)


def responses(n, threshold, dtype):
    """What one pixel becomes along a periodic axis of n pixels, [n] complex numbers.

    Args:
        n: int, or an integer Tensor while a program is traced.
        threshold: see `low_pass`.
        dtype: of the result.

    Returns:
        (real part, imaginary part, whether all frequencies are kept in pairs, which a
        traced program does not know): at distance d, the sum of
        exp(2*pi*i*k*d/n) / n over the kept frequencies k.
    """
    first, end = _kept(n, threshold)
    index, middle = paddle.arange(n, dtype="int64"), n // 2
    shifted = paddle.mod(index + middle, _integer(n))
    kept = paddle.logical_and(shifted >= first, shifted < end).astype(dtype)
    turns = paddle.mod(index.unsqueeze(1) * index, _integer(n)).astype(dtype)
    angles = turns * (2 * math.pi / _number(n, dtype))
    real, imaginary = (
        (wave(angles) * kept).sum(axis=1) / _number(n, dtype)
        for wave in (paddle.cos, paddle.sin)
    )
    paired = paddle.in_dynamic_mode() and first + end - 1 == 2 * middle
    return real, imaginary, paired


def wide(x):
    """Half precision as float32; the others as they are."""
    return x.astype("float32") if x.dtype in (paddle.float16, paddle.bfloat16) else x


def _kept(n, threshold):
    """round(n/2 - n*t) and round(n/2 + n*t), halves to the even number.

    In integers, with t as a fraction: Paddle Inference with oneDNN is wrong in float64.
    """
    t = Fraction(threshold).limit_denominator(10**6)
    count = n.astype("int64") if isinstance(n, paddle.Tensor) else n
    ends, whole = [], 4 * t.denominator
    for twice in (t.denominator - 2 * t.numerator, t.denominator + 2 * t.numerator):
        above = 2 * count * twice + 2 * t.denominator
        nearest = above // whole  # halves upwards
        rest = above - nearest * whole  # 0 for a half
        if isinstance(n, paddle.Tensor):
            half = 1 - paddle.clip(rest, max=1)
        else:
            half = int(rest == 0)
        ends.append(nearest - half * (nearest % 2))
    return ends


def _number(n, dtype):
    return n.astype(dtype) if not isinstance(n, int) else n


def _integer(n):
    return n.astype("int64") if not isinstance(n, int) else paddle.to_tensor(n, "int64")
