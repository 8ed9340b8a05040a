"""Filtering with another kernel at every pixel, and the products of neighbours that
such kernels are computed from; tap by tap, nothing is unfolded."""

from __future__ import annotations

from typing import Any

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..errors import UsageError

__all__ = ["neighbour_products", "pixel_filter"]


def pixel_filter(x: Tensor, kernels: Tensor) -> Tensor:
    """Sum over a window around each pixel, with that pixel's own weights.

    Args:
        x: float [N, C, H, W]; H and W above the radius r.
        kernels: float [N, (2*r + 1)**2, H, W], row-major, not normalised here.

    Returns:
        [N, C, H, W]; the border is reflected, without its pixel twice.

    Raises:
        UsageError: a side of r pixels or less.

    >>> x = paddle.to_tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> pixel_filter(x, paddle.full([1, 9, 2, 2], 1 / 9)).numpy().round(2).ravel()
    array([2.  , 1.67, 1.33, 1.  ], dtype=float32)
    """
    taps = kernels.shape[1]
    y: Any = 0.0
    shifts = _shifted(x, (int(taps**0.5) - 1) // 2)
    for there, weight in zip(shifts, kernels.unsqueeze(2).unbind(1)):
        y = y + there * weight
    return y


def neighbour_products(x: Tensor, radius: int) -> Tensor:
    """Inner product over channels of every pixel with each one around it.

    Args:
        x: float [N, C, H, W]; H and W above radius.
        radius: r of the window.

    Returns:
        [N, (2*r + 1)**2, H, W], row-major; borders reflected.

    Raises:
        UsageError: as pixel_filter.

    >>> x = paddle.to_tensor([[[[2.0, 3.0], [2.0, 3.0]]]])
    >>> neighbour_products(x, 1).numpy()[0, :3, 0, 0].tolist()
    [6.0, 4.0, 6.0]
    """
    return paddle.stack([(there * x).sum(1) for there in _shifted(x, radius)], axis=1)


def _shifted(x, radius):
    """The map as each position of the window sees it."""
    if paddle.in_dynamic_mode() and min(x.shape[2:]) <= radius:
        raise UsageError(
            f"pixel_filter: a map of {x.shape[2]}x{x.shape[3]} is too small to reflect "
            f"{radius} pixels at its border"
        )
    x = F.pad(x, [radius] * 4, "reflect")
    ends = [
        None if step == 2 * radius else step - 2 * radius for step in _steps(radius)
    ]
    for top, bottom in zip(_steps(radius), ends):
        for left, right in zip(_steps(radius), ends):
            yield x[:, :, top:bottom, left:right]


def _steps(radius):
    return range(2 * radius + 1)
