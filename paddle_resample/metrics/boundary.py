"""Boundary scores of segmentation: is the edge where it should be?

All of them work on one image and return counts or scores that may be summed or
averaged over images (`image_scores`). Void pixels of the label are void in the
prediction too: they are not counted, and a border with void is no boundary.
"""

import cv2
import numpy as np
from scipy.ndimage import distance_transform_edt

__all__ = [
    "BAND_WIDTHS",
    "boundary_f1",
    "boundary_iou_counts",
    "inner_boundary",
    "label_boundary",
    "trimap_counts",
]

BAND_WIDTHS = (1, 2, 3, 5, 8, 12, 20)  # pixels from the label's boundary
_CHENG_RATIO = 0.02  # of the diagonal
_CSURKA_RATIO = 0.0075


def inner_boundary(mask, distance):
    """Pixels of a mask within a distance of its contour, the image border included.

    Args:
        mask: bool [H, W].
        distance: pixels (chessboard metric), at least 1.

    Returns:
        bool [H, W].

    Source: Cheng et al., "Boundary IoU", CVPR 2021, section 4, as released: erosion by
    3x3 squares, the image framed with background.

    >>> inner_boundary(np.ones((3, 3), bool), 1).astype(int).tolist()
    [[1, 1, 1], [1, 0, 1], [1, 1, 1]]
    """
    framed = np.pad(mask.astype(np.uint8), 1)
    eroded = cv2.erode(framed, np.ones((3, 3), np.uint8), iterations=int(distance))
    return mask & (eroded[1:-1, 1:-1] == 0)


def boundary_iou_counts(prediction, label, num_classes, ignore_index=255, ratio=None):
    """Intersection and union of the boundary regions of every class.

    Args:
        prediction, label: int [H, W].
        num_classes: C.
        ignore_index: void.
        ratio: distance as a share of the diagonal, default 0.02; at least one pixel.

    Returns:
        int64 [2, C]: intersection, union; their quotient is Boundary IoU.

    Source: Cheng et al., CVPR 2021, eq. 2.
    """
    prediction, label = _void_out(prediction, label, ignore_index)
    distance = _pixels(label.shape, _CHENG_RATIO if ratio is None else ratio)
    counts = np.zeros((2, num_classes), np.int64)
    counted = label >= 0
    for c in _present(prediction, label):
        p = inner_boundary(prediction == c, distance) & counted
        g = inner_boundary(label == c, distance) & counted
        counts[:, c] = np.sum(p & g), np.sum(p | g)
    return counts


def label_boundary(label):
    """Pixels that have a 4-neighbour of another class; void is no class.

    Args:
        label: int [H, W], void below 0.

    Returns:
        bool [H, W]; void pixels are False.

    >>> label_boundary(np.array([[0, 0, 1, -1]])).astype(int).tolist()
    [[0, 1, 1, 0]]
    """
    edge = np.zeros(label.shape, bool)
    for axis in (0, 1):
        length = label.shape[axis]
        a = np.take(label, range(length - 1), axis)
        b = np.take(label, range(1, length), axis)
        differ = (a != b) & (a >= 0) & (b >= 0)
        here = [slice(None)] * 2
        here[axis] = slice(0, -1)
        edge[tuple(here)] |= differ
        here[axis] = slice(1, None)
        edge[tuple(here)] |= differ
    return edge


def trimap_counts(prediction, label, num_classes, ignore_index=255, widths=BAND_WIDTHS):
    """Counts of IoU inside bands around the label's boundaries.

    Args:
        prediction, label: int [H, W].
        num_classes: C.
        ignore_index: void.
        widths: band half-widths in pixels: a pixel is in band w if its centre is within
            w (Euclidean) of the nearest boundary pixel's centre, less one: band 1 is
            the boundary pixels themselves.

    Returns:
        int64 [len(widths), 3, C]: hits, labelled, predicted pixels of every class.

    Source: Kohli et al., IJCV 2009, section 7 (trimap evaluation); Chen et al.,
    DeepLab, TPAMI 2018, figure 10.
    """
    prediction, label = _void_out(prediction, label, ignore_index)
    counts = np.zeros((len(widths), 3, num_classes), np.int64)
    edge = label_boundary(label)
    if not edge.any():
        return counts
    distance = distance_transform_edt(~edge)
    for i, width in enumerate(widths):
        band = (distance <= width - 1) & (label >= 0)
        g, p = label[band], prediction[band]
        counts[i, 0] = np.bincount(g[g == p], minlength=num_classes)
        counts[i, 1] = np.bincount(g, minlength=num_classes)
        counts[i, 2] = np.bincount(p, minlength=num_classes)
    return counts


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
    prediction, label = _void_out(prediction, label, ignore_index)
    tolerance = max(1.0, (_CSURKA_RATIO if ratio is None else ratio) * _diagonal(label))
    scores = np.full(num_classes, np.nan)
    edges = label_boundary(prediction), label_boundary(label)
    for c in _present(prediction, label):
        p, g = edges[0] & (prediction == c), edges[1] & (label == c)
        if p.any() and g.any():
            precision = np.mean(distance_transform_edt(~g)[p] <= tolerance)
            recall = np.mean(distance_transform_edt(~p)[g] <= tolerance)
            total = precision + recall
            scores[c] = 2 * precision * recall / total if total else 0.0
        elif p.any() or g.any():
            scores[c] = 0.0
    return scores


def _void_out(prediction, label, ignore_index):
    """Both as int64 with void as -1."""
    label = np.asarray(label).astype(np.int64)
    prediction = np.asarray(prediction).astype(np.int64)
    if prediction.shape != label.shape or label.ndim != 2:
        raise ValueError(
            f"prediction is {prediction.shape} and label {label.shape}; both must be "
            "one [H, W]"
        )
    void = label == ignore_index
    return np.where(void, -1, prediction), np.where(void, -1, label)


def _present(prediction, label):
    return np.union1d(np.unique(prediction), np.unique(label[label >= 0]))[
        int((prediction < 0).any()) :
    ]


def _diagonal(image):
    return float(np.hypot(*image.shape))


def _pixels(shape, ratio):
    return max(1, round(ratio * float(np.hypot(*shape))))
