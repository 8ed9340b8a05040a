"""Downsampling by cutting the spectrum: the low frequencies of a periodic map, on fewer
pixels.

Along one axis the discrete Fourier transform, the cut and the inverse transform are one
complex matrix P + i*Q, so that the real part of the result is P x P' - Q x Q'. These
products are exact, run in every export and, up to some hundred pixels a side, are
faster than two transforms.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import paddle
from paddle import Tensor

from ..errors import UsageError
from .size import spatial_size

__all__ = ["CUTS", "PADDINGS", "spectral_macs", "spectral_pool", "spectral_size"]

CUTS = ("centred", "released")
PADDINGS = ("none", "one", "large")


class _Axis(NamedTuple):
    """One axis of the map, ints or integer Tensors while a program is traced.

    Attributes:
        side: n of the map.
        above: zeros before it.
        period: length with the zeros.
        first: of the frequencies kept, its index in the shifted spectrum.
        kept: how many frequencies.
        top: first row of the result.
        rows: of the result.
    """

    side: int
    above: int
    period: int
    first: int
    kept: int
    top: int
    rows: int


def spectral_pool(
    x: Tensor,
    scale: int,
    window: bool = False,
    cut: str = "centred",
    padding: str = "none",
    owner: str = "spectral_pool",
) -> Tensor:
    """Keep the low frequencies of x.

    Args:
        x: float [N, C, H, W].
        scale: s.
        window: multiply the spectrum by the square root of a Hamming window first.
        cut: "centred" keeps ceil(n / s) frequencies around zero; "released" (s = 2) the
            released code's rows n // 4 to 3*n // 4 of the shifted spectrum, where for n
            = 2 modulo 4 the zero frequency lands one too far, and the window's
            maximum half a frequency too low for even n.
        padding: "none", "one" (a row and a column of zeros at the end) or "large"
            (n // 2 - 1 before, n // 2 after, and the middle half of the result).
        owner: name for the error message.

    Returns:
        [N, C, ceil(H/s), ceil(W/s)], or as `spectral_size` says, dtype of x. The real
        part is taken: of an even number of frequencies the lowest has no partner.

    Raises:
        UsageError: a side of which nothing is kept.

    >>> x = paddle.to_tensor([[[[1.0, 1.0, 3.0, 3.0]]]])
    >>> spectral_pool(x, 2).numpy().ravel().round(3).tolist()
    [1.5, 2.5]
    """
    size: Any = spatial_size(x)
    released = cut == "released"
    if paddle.in_dynamic_mode():
        for side in size:
            if spectral_size(side, scale, cut, padding) < 1:
                raise UsageError(
                    f"{owner}: {size[0]}x{size[1]} is too small, nothing is kept of a "
                    f"side of {side}"
                )
    else:
        size = size.astype("int64")
    dtype: Any = "float64" if x.dtype == paddle.float64 else "float32"
    axes = [_axis(size[i], scale, cut, padding) for i in (0, 1)]
    (p, q), (r, s) = (_matrices(axis, window, released, dtype) for axis in axes)
    wide = x.astype(dtype)
    if not paddle.in_dynamic_mode():
        # Paddle Inference's oneDNN spoils a product with a map that a convolution left
        # in a layout of its own; a join with another sample restores Paddle's.
        wide = paddle.concat([wide, wide[:1]], axis=0)[:-1]
    y = p @ (wide @ r.t())
    if q and s:
        for factor in reversed(s):
            wide = wide @ factor.t()
        for factor in reversed(q):
            wide = factor @ wide
        y = y - wide
    return y.astype(x.dtype)


def spectral_size(side: int, scale: int, cut: str, padding: str) -> int:
    """Side of the result of `spectral_pool`.

    >>> [spectral_size(n, 2, "released", "none") for n in (4, 5, 6, 7, 9, 11)]
    [2, 2, 3, 4, 4, 6]
    """
    return _axis(side, scale, cut, padding).rows


def spectral_macs(height: int, width: int, scale: int, cut: str, padding: str) -> int:
    """Multiply-accumulates per channel, without those of the unpaired frequency.

    >>> spectral_macs(8, 8, 2, "centred", "none")
    384
    """
    rows = spectral_size(height, scale, cut, padding)
    columns = spectral_size(width, scale, cut, padding)
    products = 1 if cut == "centred" else 2  # P and R, in the general case Q and S too
    return products * height * columns * (width + rows)


def _axis(side, scale, cut, padding):
    above, period = 0, side
    if padding == "one":
        period = side + 1
    elif padding == "large":
        above = _at_least_0(side // 2 - 1)
        period = side + above + side // 2
    if cut == "released":
        first, rows = _middle_half(period)
        kept, top = rows, 0
        if padding == "large":
            top, rows = _middle_half(kept)
    else:
        rows = -(-side // scale)
        kept = -(-period // scale) if padding == "large" else rows
        first, top = period // 2 - kept // 2, (kept - rows) // 2
    return _Axis(side, above, period, first, kept, top, rows)


def _middle_half(n):
    return n // 4, 3 * n // 4 - n // 4


def _at_least_0(n):
    return max(n, 0) if isinstance(n, int) else paddle.clip(n, min=0)


def _matrices(axis, window, released, dtype):
    """(P, factors of Q) of the complex matrix of an axis; no factors where Q is 0."""
    middle = axis.period // 2
    order = paddle.arange(axis.kept, dtype="int64").unsqueeze(0)
    outwards = order - axis.kept // 2  # frequencies of the result
    inwards = order + axis.first - middle  # and those that they were in x
    rows = (paddle.arange(axis.rows, dtype="int64") + axis.top).unsqueeze(1)
    pixels = (paddle.arange(axis.side, dtype="int64") + axis.above).unsqueeze(0)
    after = _turns(rows * outwards, axis.kept, dtype)
    before = _turns(inwards.t() * pixels, axis.period, dtype)
    gain = 1.0 / _number(axis.period, dtype)
    if window:
        gain = gain * _hamming(order + axis.first, axis.period, released, dtype)
    cosine, sine = after.cos() * gain, after.sin() * gain
    real = cosine @ before.cos() + sine @ before.sin()
    if released:
        return real, (sine @ before.cos() - cosine @ before.sin(),)
    if isinstance(axis.kept, int) and axis.kept % 2:
        return real, ()
    # All others have their partner: the first one, at half the new rate, has none.
    first = _turns(axis.kept * pixels, 2 * axis.period, dtype).sin()
    if window:
        gain = gain[:, :1]
    even = 1 - axis.kept % 2
    alone = (1 - 2 * (rows % 2)).astype(dtype) * _number(even, dtype)
    return real, (alone, first * gain)


def _turns(product, period, dtype):
    """2*pi*product/period, with the whole turns left out while they are integers."""
    part = paddle.mod(product, _integer(period, product))
    return part.astype(dtype) * (2 * math.pi / _number(period, dtype))


def _hamming(index, period, released, dtype):
    """Square root of a Hamming window at an index of the shifted spectrum."""
    index = index.astype(dtype)
    if released:  # as numpy.hamming, which is 1 of a single pixel
        angle = index * (2 * math.pi / _number(_at_least_1(period - 1), dtype))
    else:
        half = _number(_at_least_1(period // 2), dtype)
        angle = math.pi + (index - _number(period // 2, dtype)) * (math.pi / half)
    return (0.54 - 0.46 * angle.cos()).sqrt()


def _at_least_1(n):
    return max(n, 1) if isinstance(n, int) else paddle.clip(n, min=1)


def _number(n, dtype):
    return n if isinstance(n, int) else n.astype(dtype)


def _integer(n, like):
    return paddle.full([], n, dtype=like.dtype) if isinstance(n, int) else n
