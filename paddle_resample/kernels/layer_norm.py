"""Layer normalization, natively."""

import math

from .call import call, compute, is_plain

__all__ = ["layer_norm"]


def layer_norm(x, weight, bias, epsilon):
    """Normalize over the last axes of x, as many elements as weight and bias have."""
    given = x, weight, bias
    if not is_plain(*given):
        return call("layer_norm", *given, epsilon)
    shape, width = x.shape, math.prod(weight.shape)
    sizes = math.prod(shape) // width, width
    pointers = [tensor.data_ptr() for tensor in given]
    return compute("layer_norm_forward", shape, pointers, sizes, [epsilon])
