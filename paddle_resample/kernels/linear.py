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
    tensors = x, weight, weight.detach() if bias is None else bias
    needs_gradient = [not tensor.stop_gradient for tensor in tensors]
    needs_gradient[2] &= bias is not None
    return call("linear", *tensors, bias is not None, *needs_gradient)
