"""Layer normalization, natively."""

from .call import call

__all__ = ["layer_norm"]


def layer_norm(x, weight, bias, epsilon):
    """Normalize over the last axes of x, as many elements as weight and bias have."""
    return call("layer_norm", x, weight, bias, epsilon)
