"""The rectified linear unit, natively."""

from .call import call_of_each

__all__ = ["relu", "relu6"]


def relu(x):
    """max(x, 0); float32."""
    return call_of_each("relu", x)


def relu6(x):
    """min(max(x, 0), 6); float32."""
    return call_of_each("relu6", x)
