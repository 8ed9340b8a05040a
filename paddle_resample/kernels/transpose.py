"""A copy in another order of axes, natively."""

from .call import call

__all__ = ["transpose"]


def transpose(x, order):
    """Copy x so that axis i of the result is axis order[i] of x: list of int."""
    return call("transpose", x, order)
