"""Linear layers by the matrix products of the oneDNN that Paddle brings, natively."""

import math

from .call import call_weighted, compute, is_plain

__all__ = ["linear"]


def linear(x, weight, bias):
    """Multiply and add.

    Args:
        x: float32 [..., C].
        weight: [C, O].
        bias: [O] or None.

    Returns:
        [..., O].
    """
    if is_plain(x, weight) and (bias is None or is_plain(bias)):
        shape, (into, out) = x.shape, weight.shape
        rows = math.prod(shape) // into
        shape[-1] = out
        added = None if bias is None else bias.data_ptr()
        pointers = x.data_ptr(), weight.data_ptr(), added
        return compute("linear_forward", shape, pointers, (rows, into, out))
    return call_weighted("linear", x, weight, bias)
