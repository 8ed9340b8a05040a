"""Limits that a gradient passes."""

from __future__ import annotations

import paddle
from paddle import Tensor

__all__ = ["limited"]


def limited(x: Tensor, least: float | None = None, most: float | None = None) -> Tensor:
    """x within limits, with the gradient of x: a weight beyond a limit can come back.

    Args:
        x: float, of any shape.
        least, most: the limits; None for none.

    Returns:
        As x.

    >>> x = paddle.to_tensor([2.0, 0.5], stop_gradient=False)
    >>> y = limited(x, 0.0, 1.0)
    >>> y.sum().backward()
    >>> y.tolist(), x.grad.tolist()
    ([1.0, 0.5], [1.0, 1.0])
    """
    return x + (paddle.clip(x, least, most) - x).detach()
