"""Boundary F1: are the contours of a class where the label has them?"""

import numpy as np

from .boundary import distance_to, label_boundary, present_classes, void_out
from .region import mean_of_present

__all__ = ["boundary_f1", "mean_boundary_f1"]

_CSURKA_RATIO = 0.0075


def boundary_f1(prediction, label, num_classes, ignore_index=255, ratio=None):
    """Boundary F1 (BF) of every class in one image.

    Args:
        prediction, label: int [H, W].
        num_classes: C.
        ignore_index: void.
        ratio: tolerance as a share of the diagonal, default 0.0075.

    Returns:
        float64 [C]: 2 P R / (P + R), where P is the share of the predicted contour
        within the tolerance of the label's contour and R the reverse; 0 where only one
        of the two has a contour, NaN where neither has. The image's score is the mean
        over its classes, a data set's the mean over images.

    Source: Csurka et al., "What is a good evaluation measure for semantic
    segmentation?", BMVC 2013, section 3; contours are the pixels with a 4-neighbour of
    another class.
    """
    prediction, label = void_out(prediction, label, ignore_index)
    ratio = _CSURKA_RATIO if ratio is None else ratio
    tolerance = max(1.0, ratio * float(np.hypot(*label.shape)))
    scores = np.full(num_classes, np.nan)
    edges = label_boundary(prediction), label_boundary(label)
    for c in present_classes(prediction, label):
        p, g = edges[0] & (prediction == c), edges[1] & (label == c)
        if p.any() and g.any():
            precision = np.mean(distance_to(g)[p] <= tolerance)
            recall = np.mean(distance_to(p)[g] <= tolerance)
            total = precision + recall
            scores[c] = 2 * precision * recall / total if total else 0.0
        elif p.any() or g.any():
            scores[c] = 0.0
    return scores


def mean_boundary_f1(scores, weights=None):
    """Boundary F1 of a set: mean over images of the mean over an image's classes.

    Args:
        scores: float [N, C], `boundary_f1` of every image.
        weights: float [..., N], how often each image counts, or None for once.

    Returns:
        float, or float64 [...]; NaN where no image that counts has a contour.

    >>> mean_boundary_f1([[1.0, 0.5], [float("nan"), 0.25]])
    0.5
    """
    each = np.atleast_1d(mean_of_present(scores))
    has = ~np.isnan(each)
    weights = np.ones(len(each)) if weights is None else np.asarray(weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = weights[..., has] @ each[has] / weights[..., has].sum(-1)
    return float(mean) if np.ndim(mean) == 0 else mean
