"""Convolution with a kernel of one pixel, natively; see ops.pointwise_conv."""

from .call import call

__all__ = ["pointwise_conv"]


def pointwise_conv(x, weight, bias=None):
    """See ops.pointwise_conv; shapes fit each other."""
    given = x, weight, weight.detach() if bias is None else bias
    wanted = [not tensor.stop_gradient for tensor in given]
    return call("pointwise_conv", *given, bias is not None, *wanted)
