"""Batch normalization, natively."""

import math

from .call import call, compute, is_plain

__all__ = ["batch_norm"]


def batch_norm(x, weight, bias, mean, variance, fixed, momentum, epsilon):
    """Normalize every channel, then multiply by its weight and add its bias.

    Args:
        x: float32 [N, C, ...].
        weight: [C].
        bias: [C].
        mean: the running one, [C].
        variance: [C].
        fixed: whether to take the running mean and variance and leave them; else those
            of x are taken, and the running ones move towards them.
        momentum: what they keep of themselves then.
        epsilon: added to the variance.

    Returns:
        like x.
    """
    given = x, weight, bias, mean, variance
    if not fixed or not is_plain(*given):
        return call("batch_norm", *given, fixed, momentum, epsilon)
    shape = x.shape
    sizes = shape[0], shape[1], math.prod(shape[2:])
    pointers = [tensor.data_ptr() for tensor in given]
    return compute("batch_norm_fixed", shape, pointers, sizes, [epsilon])
