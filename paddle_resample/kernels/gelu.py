"""The Gaussian error linear unit, natively."""

from .call import call_of_each

__all__ = ["gelu"]


def gelu(x):
    """x times the normal distribution's function of x; float32."""
    return call_of_each("gelu", x)
