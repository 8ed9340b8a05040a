"""Bicubic sampling at arbitrary locations, which Paddle's grid_sample does not have."""

from __future__ import annotations

from typing import Any

import paddle
from paddle import Tensor

from .size import spatial_size

__all__ = ["sample_bicubic"]

_KEYS_A = -0.75


def sample_bicubic(
    x: Tensor, grid: Tensor, padding: str, align_corners: bool
) -> Tensor:
    """Sixteen gathered pixels, weighted and summed one after another.

    Args:
        x: float [N, C, H, W].
        grid: [N, h, w, 2] of (column, row) in [-1, 1], dtype of x.
        padding: "zeros", "border" or "reflection", of each of the 16 pixels.
        align_corners: whether -1 and 1 are the corner pixels' centres or their edges.

    Returns:
        [N, C, h, w].

    Source:
        R. Keys, "Cubic convolution interpolation for digital image processing", IEEE
        TASSP 1981, with a = -0.75.

    >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
    >>> sample_bicubic(x, paddle.zeros([1, 1, 1, 2]), "border", False).item()
    0.5
    """
    height, width = (spatial_size(x)[i] for i in (0, 1))
    columns = _taps(grid[..., 0], width, padding, align_corners)
    rows = _taps(grid[..., 1], height, padding, align_corners)
    pixels = x.transpose([0, 2, 3, 1]).reshape([-1, x.shape[1]])
    count = spatial_size(grid, "NHWC")
    image = paddle.arange(
        x.shape[0] if paddle.in_dynamic_mode() else paddle.shape(x)[0]
    )
    first = image.astype("int64").reshape([-1, 1, 1]) * (height * width)
    y: Any = 0.0
    for row, row_weight in rows:
        for column, column_weight in columns:
            index = first + row * width + column
            weight = (row_weight * column_weight).reshape([-1, 1])
            y = y + weight * paddle.gather(pixels, index.flatten())
    y = y.reshape([-1, count[0], count[1], x.shape[1]])
    return y.transpose([0, 3, 1, 2])


def _taps(line, side, padding, align_corners):
    """The four pixels around each location of one axis and Keys' weights for them.

    Returns:
        list of four (int64 index inside the side, weight, 0 for zeros outside).
    """
    dtype = line.dtype
    if paddle.in_dynamic_mode():
        side = paddle.to_tensor(side)
    side = side.astype(dtype)
    location = (
        (line + 1) / 2 * (side - 1) if align_corners else ((line + 1) * side - 1) / 2
    )
    low = paddle.floor(location).detach()
    t = location - low
    taps = []
    for k, weight in enumerate((_far(t + 1), _near(t), _near(1 - t), _far(2 - t))):
        at = low + (k - 1)
        if padding == "zeros":
            inside = paddle.logical_and(at >= 0, at <= side - 1)
            weight = weight * inside.astype(dtype)
        elif padding == "reflection":
            at = _reflect(at, side, align_corners)
        # Clipped as integers too: no number becomes the most negative one.
        index = paddle.minimum(at, side - 1).astype("int64")
        taps.append((paddle.clip(index, min=0), weight))
    return taps


def _reflect(at, side, align_corners):
    """Whole coordinates mirrored into the side, at pixel centres or at the edges."""
    first = 0.0 if align_corners else -0.5
    span = side - 1 if align_corners else side
    span = paddle.clip(span, min=1)  # a single pixel is clipped below
    # A triangle wave that rises over one span and falls over the next.
    phase = paddle.remainder(paddle.abs(at - first), 2.0 * span)
    return first + paddle.minimum(phase, 2.0 * span - phase)


def _near(distance):
    """Keys' kernel at distances from 0 to 1."""
    return ((_KEYS_A + 2) * distance - (_KEYS_A + 3)) * distance * distance + 1


def _far(distance):
    """Keys' kernel at distances from 1 to 2."""
    return ((_KEYS_A * distance - 5 * _KEYS_A) * distance + 8 * _KEYS_A) * distance - (
        4 * _KEYS_A
    )
