"""Batch normalization, natively."""

from .call import call

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
    return call("batch_norm", *given, fixed, momentum, epsilon)
