"""Arithmetic on tensors of two shapes that are broadcast to one, natively.

Functions are given it, which who asks for them has found: `made`, list of int.
"""

import ctypes

from .call import call, compute, is_plain

__all__ = ["add", "broadcast_shape", "divide", "multiply", "subtract"]


def broadcast_shape(a, b):
    """Return the shape of both, list of int; None where they do not fit.

    >>> broadcast_shape([2, 8, 1, 1], [8, 3, 4]), broadcast_shape([2], [3])
    ([2, 8, 3, 4], None)
    """
    if len(a) < len(b):
        a, b = b, a
    made = list(a)
    for i, length in enumerate(b, len(a) - len(b)):
        if made[i] == 1:
            made[i] = length
        elif length not in (1, made[i]):
            return None
    return made


def add(a, b, made):
    """The sum of float32 tensors."""
    if not is_plain(a, b):
        return call("broadcast_add", a, b, a.shape, b.shape, *_ask(a, b))
    return _compute("broadcast_add_forward", a, b, made)


def subtract(a, b, made):
    """The difference of float32 tensors."""
    return add(a, -b, made)


def divide(a, b, made):
    """The quotient of float32 tensors, value by value."""
    if not is_plain(a, b):
        return call("broadcast_divide", a, b, a.shape, *_ask(a, b))
    return _compute("broadcast_divide_forward", a, b, made)


def multiply(a, b, made):
    """The product of float32 tensors, value by value."""
    if not is_plain(a, b):
        return call("broadcast_multiply", a, b, *_ask(a, b))
    return _compute("broadcast_multiply_forward", a, b, made)


def _ask(a, b):
    """Which asks for a gradient."""
    return not a.stop_gradient, not b.stop_gradient


def _compute(name, a, b, made):
    of_a, of_b = a.shape, b.shape
    axes = len(of_a), len(of_b)
    shapes = (ctypes.c_int64 * sum(axes))(*of_a, *of_b)
    return compute(name, made, [a.data_ptr(), b.data_ptr(), shapes], axes)
