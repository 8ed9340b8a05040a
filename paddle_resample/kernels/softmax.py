"""Softmax, and the cross entropy of one, natively."""

from .call import call, call_all

__all__ = ["cross_entropy", "softmax"]


def softmax(x, axis=-1):
    """Softmax over an axis of a float32 tensor."""
    return call("softmax", x, axis % x.ndim)


def cross_entropy(logits, labels, ignored):
    """Cross entropy of the softmax over the second axis.

    Args:
        logits: float32 [N, C, ...].
        labels: integers [N, 1, ...].
        ignored: a label whose loss and gradient are 0.

    Returns:
        the loss [N, 1, ...], and the softmax, which has no gradient.
    """
    return call_all("cross_entropy", logits, labels, ignored)
