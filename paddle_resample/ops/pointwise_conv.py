"""Convolution with a 1x1 kernel."""

from __future__ import annotations

import math

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..kernels import native
from ..kernels.conv2d import obstacle

__all__ = ["pointwise_conv"]

# Fewer products take Paddle's operator less time: measured.
_PRODUCTS = 1 << 20
# One step, no dilation, no padding, one group.
_HOW = [1, 1, 1, 1, 0, 0, 0, 0, 1]


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
    fast = _native(x, weight) if bias is None else _native(x, weight, bias)
    if fast is not None:
        return fast(x, weight, bias, _HOW)
    return F.conv2d(x, weight, bias)


@paddle.jit.not_to_static
def _native(x, weight, bias=None):
    """The native convolution, or None; None while a program is traced."""
    if not paddle.in_dynamic_mode() or x.dtype != paddle.float32:
        return None
    tensors = (x, weight) if bias is None else (x, weight, bias)
    if not _fit(*tensors) or _few(x, weight):
        return None
    fast = native("conv2d", *tensors)
    return fast if fast is not None and obstacle() is None else None


def _few(x, weight):
    return math.prod(x.shape) * weight.shape[0] < _PRODUCTS


def _fit(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4 or weight.shape[1:] != [x.shape[1], 1, 1]:
        return False
    return bias is None or bias.shape == weight.shape[:1]
