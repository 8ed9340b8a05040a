"""Transposed convolution whose kernel a guide adapts at every fine pixel."""

from __future__ import annotations

from collections.abc import Iterator

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from .shuffle import _pixel_shuffle

__all__ = ["adapting_weights"]


def adapting_weights(
    distance: Tensor, alpha: Tensor | None = None, power: Tensor | None = None
) -> Tensor:
    """How much a pixel counts whose guide differs.

    Args:
        distance: float, squared distance of the guides.
        alpha, power: scalars of the inverse kernel; None for the Gaussian one.

    Returns:
        exp(-distance / 2), or alpha + (distance + 1e-4) ** (power / 2).

    >>> adapting_weights(paddle.zeros([1])).item()
    1.0
    """
    if alpha is None or power is None:
        return paddle.exp(-0.5 * distance)
    return alpha + (distance + 1e-4) ** (0.5 * power)


def _pixel_adaptive_conv_transpose(
    x, guide, weight, bias, scale, padding, *, normalize, asymmetric, smooth, inverse
):
    """The transposed convolution of checked arguments.

    Args:
        x: [N, C, h, w].
        guide: [N, G, h*scale, w*scale].
        weight: [C, D, k, k], or [1, 1, k, k] for all channels.
        bias: [D] or None.
        scale, padding: of the transposed convolution; its output padding makes the
            result `scale` times as large.
        normalize: whether the weights of the taps that meet a pixel of x sum to 1.
        asymmetric: whether only guides above the middle's count.
        smooth: whether the middle's guide is the binomial mean of 3x3.
        inverse: None, or (alpha, power) of `adapting_weights`.
    """
    size = weight.shape[-1]
    middle = _binomial(guide) if smooth else guide
    guide = F.pad(guide, [size // 2] * 4)
    around = size  # more than any tap reaches
    wide = F.pad(x, [around] * 4)
    inside = F.pad(paddle.ones_like(x[:, :1]), [around] * 4) if normalize else None
    cells = []
    for row in range(scale):
        for column in range(scale):
            taps = list(_taps(row, column, size, scale, padding))
            weights = []
            for u, v, down, right in taps:
                tap = _phase(guide, row + u, column + v, size + scale - 2, scale)
                off = tap - middle[:, :, row::scale, column::scale]
                off = F.relu(off) if asymmetric else off
                kernel = adapting_weights(
                    (off * off).sum(1, keepdim=True), *(inverse or ())
                )
                if normalize:
                    kernel = kernel * _moved(inside, down, right, around)
                weights.append(kernel)
            if normalize and taps:
                total = sum(weights[1:], weights[0])
                total = paddle.where(total == 0, paddle.ones_like(total), total)
                weights = [kernel / total for kernel in weights]
            cells.append(_weighted(wide, taps, weights, weight, around, x))
    # [N, s*s, D, h, w] -> [N, D*s*s, h, w]
    y = _pixel_shuffle(paddle.stack(cells, axis=2).flatten(1, 2), scale)
    return y if bias is None else y + bias.reshape([1, -1, 1, 1])


def _taps(row, column, size, scale, padding) -> Iterator[tuple[int, int, int, int]]:
    """Taps (u, v) that meet a pixel of x, and where from the coarse pixel it lies."""
    first = size - 1 - padding
    for u in range(size):
        for v in range(size):
            down, right = row + u - first, column + v - first
            if down % scale == 0 and right % scale == 0:
                yield u, v, down // scale, right // scale


def _weighted(wide, taps, weights, weight, around, x):
    """The pixels of one phase, [N, D, h, w]."""
    if not taps:
        out = x.shape[1] if weight.shape[0] == 1 else weight.shape[1]
        return paddle.zeros_like(x[:, :1]).expand([-1, out, -1, -1])
    parts = []
    for (_, _, down, right), kernel in zip(taps, weights):
        parts.append(kernel * _moved(wide, down, right, around))
    if weight.shape[0] == weight.shape[1] == 1:
        scaled = [part * weight[0, 0, u, v] for part, (u, v, *_) in zip(parts, taps)]
        return sum(scaled[1:], scaled[0])
    matrix = paddle.concat([weight[:, :, u, v] for u, v, *_ in taps], axis=0)
    return F.conv2d(
        paddle.concat(parts, axis=1), matrix.transpose([1, 0]).unsqueeze([2, 3])
    )


def _phase(x, row, column, rest, step):
    """Every step-th pixel from (row, column); `rest` minus that is left at the end."""
    ends = [row - rest or None, column - rest or None]
    return x[:, :, row : ends[0] : step, column : ends[1] : step]


def _moved(wide, down, right, around):
    """A padded map read so many rows further down and to the right."""
    top, left = around + down, around + right
    ends = [down - around or None, right - around or None]
    return wide[:, :, top : ends[0], left : ends[1]]


def _binomial(guide):
    line = paddle.to_tensor([0.25, 0.5, 0.25], dtype=guide.dtype)
    kernel = line.unsqueeze(1) * line
    channels = guide.shape[1]
    kernel = kernel.reshape([1, 1, 3, 3]).expand([channels, 1, 3, 3])
    return F.conv2d(guide, kernel, padding=1, groups=channels)
