"""Convolution with a kernel of one pixel, natively; see ops.pointwise_conv."""

from .call import call

__all__ = ["pointwise_conv"]


def pointwise_conv(x, weight, bias=None):
    """See ops.pointwise_conv; shapes fit each other."""
    tensors = x, weight, weight.detach() if bias is None else bias
    needs_gradient = [not tensor.stop_gradient for tensor in tensors]
    return call("pointwise_conv", *tensors, bias is not None, *needs_gradient)
