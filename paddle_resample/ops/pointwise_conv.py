"""Convolution with a 1x1 kernel."""

from __future__ import annotations

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..kernels import native
from ..kernels.choice import FLOAT32
from ..kernels.conv2d import obstacle
from ..kernels.conv_arguments import conv2d_how

__all__ = ["pointwise_conv"]


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
    y = _native(x, weight, bias)
    return F.conv2d(x, weight, bias) if y is None else y


@paddle.jit.not_to_static
def _native(x, weight, bias):
    """The result of oneDNN, or None; None while a program is traced."""
    if not paddle.in_dynamic_mode():
        return None
    how = conv2d_how(x, weight, bias, 1, 0, 1, 1)
    if how is None:
        return None
    tensors = (x, weight) if bias is None else (x, weight, bias)
    fast = native("conv2d", *tensors, dtypes=FLOAT32)
    if fast is None or obstacle() is not None:
        return None
    return fast(x, weight, bias, how)
