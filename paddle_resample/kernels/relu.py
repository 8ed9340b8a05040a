"""The rectified linear unit, natively."""

from .call import call

__all__ = ["relu", "relu6"]


def relu(x):
    """max(x, 0); float32."""
    return call("relu", x)


def relu6(x):
    """min(max(x, 0), 6); float32."""
    return call("relu6", x)
