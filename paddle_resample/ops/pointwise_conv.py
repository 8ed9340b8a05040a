"""Convolution with a 1x1 kernel."""

from __future__ import annotations

import paddle.nn.functional as F
from paddle import Tensor

from ..kernels import native

__all__ = ["pointwise_conv"]

# Fewer channels Paddle makes by a product with a vector each, which takes less time.
_FEW = 3


def pointwise_conv(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply the channels of every pixel by one matrix.

    Args:
        x: float [N, C, H, W].
        weight: [O, C, 1, 1], dtype of x.
        bias: [O], dtype of x.

    Returns:
        [N, O, H, W], what `paddle.nn.functional.conv2d` gives.

    Raises:
        ValueError: conv2d's, where the shapes do not fit each other.

    Source:
        Lin et al., "Network in network", ICLR 2014.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import pointwise_conv
        >>> x = paddle.to_tensor([[[[1.0]], [[2.0]]]])
        >>> pointwise_conv(x, paddle.to_tensor([[[[3.0]], [[4.0]]]])).item()
        11.0
    """
    return _pointwise_conv(x, weight, bias)


def _pointwise_conv(x, weight, bias=None):
    """pointwise_conv; what does not fit is left to conv2d, which refuses it."""
    tensors = (x, weight) if bias is None else (x, weight, bias)
    fast = native("pointwise_conv", *tensors)
    if fast is not None and _fit(*tensors) and weight.shape[0] >= _FEW:
        return fast(*tensors)
    return F.conv2d(x, weight, bias)


def _fit(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4 or weight.shape[1:] != [x.shape[1], 1, 1]:
        return False
    return bias is None or bias.shape == weight.shape[:1]
