"""Softmax, and the cross entropy of one, natively."""

import math

from .call import call, call_all, compute, is_plain

__all__ = ["cross_entropy", "softmax"]


def softmax(x, axis=-1):
    """Softmax over an axis of a float32 tensor."""
    shape = x.shape
    axis %= len(shape)
    if not is_plain(x):
        return call("softmax", x, axis)
    sizes = math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :])
    return compute("softmax_forward", shape, [x.data_ptr()], sizes)


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
