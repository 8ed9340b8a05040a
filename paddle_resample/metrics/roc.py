"""Area under the ROC curve, one class against the rest, counted in one pass."""

import numpy as np

__all__ = ["area_under_roc", "roc_counts"]

# Bins of asinh(log odds of a class): as fine near a probability of 0 or 1 as near 0.5,
# and without an end that a network reaches.
_BINS = 1 << 15
_REACH = 12.0


def roc_counts(logits, label, num_classes, ignore_index=255):
    """Count pixels by the log odds that a network gives to each class.

    Args:
        logits: float [N, C, H, W].
        label: integer [N, H, W]; void pixels, and values that are no class, count
            nowhere.
        num_classes: C.
        ignore_index: label of void pixels.

    Returns:
        int64 [C, 2, bins]: pixels of other classes, and of the class itself. Counts of
        several images are added.
    """
    logits = np.moveaxis(np.asarray(logits, np.float64), 1, -1)
    label = np.asarray(label)
    counted = (label != ignore_index) & (label >= 0) & (label < num_classes)
    logits, label = logits[counted], label[counted]
    counts = np.zeros((num_classes, 2, _BINS), np.int64)
    for number in range(num_classes):
        others = np.delete(logits, number, axis=1)
        top = others.max(axis=1, keepdims=True, initial=-np.inf)
        rest = top[:, 0] + np.log(np.exp(others - top).sum(axis=1))
        odds = logits[:, number] - rest
        bins = (np.arcsinh(odds) + _REACH) * (_BINS / (2 * _REACH))
        bins = np.clip(bins, 0, _BINS - 1).astype(np.int64)
        own = label == number
        counts[number, 0] = np.bincount(bins[~own], minlength=_BINS)
        counts[number, 1] = np.bincount(bins[own], minlength=_BINS)
    return counts


def area_under_roc(counts):
    """Area under the ROC curve of each class.

    Args:
        counts: int [C, 2, bins] of `roc_counts`.

    Returns:
        float64 [C]: the chance that a pixel of the class gets higher odds than one of
        another class, ties counted half; NaN without pixels on both sides. Pixels
        whose log odds differ by less than 0.001, or a thousandth, may count as ties.

    Source: Hanley and McNeil, "The meaning and use of the area under a receiver
    operating characteristic (ROC) curve", Radiology 1982.

    >>> logits = np.array([[[[2.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]]]])
    >>> area_under_roc(roc_counts(logits, np.array([[[0, 0, 1]]]), 2))
    array([1., 1.])
    """
    counts = np.asarray(counts, np.float64)
    others, own = counts[:, 0], counts[:, 1]
    below = np.cumsum(others, axis=1) - others
    wins = (own * (below + others / 2)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return wins / (own.sum(axis=1) * others.sum(axis=1))
