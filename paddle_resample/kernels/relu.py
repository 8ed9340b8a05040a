"""The rectified linear unit, natively."""

from .call import call

__all__ = ["relu"]


def relu(x):
    """max(x, 0); float32."""
    return call("relu", x)
