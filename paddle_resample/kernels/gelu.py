"""The Gaussian error linear unit, natively."""

import math

from .call import call, compute, is_plain

__all__ = ["gelu"]


def gelu(x):
    """x times the normal distribution's function of x; float32."""
    if not is_plain(x):
        return call("gelu", x)
    shape = x.shape
    return compute("gelu_forward", shape, [x.data_ptr()], [math.prod(shape)])
