"""Linear layers by the matrix products of the oneDNN that Paddle brings, natively."""

from .call import call

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
    given = x, weight, weight.detach() if bias is None else bias
    wanted = [not tensor.stop_gradient for tensor in given]
    wanted[2] &= bias is not None
    return call("linear", *given, bias is not None, *wanted)
