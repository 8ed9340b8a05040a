"""Boundaries of labels, Boundary IoU and bands: is the edge where it should be?

All boundary scores work on one image and return counts or scores that may be summed or
averaged over images (`image_scores`), and share one rule for void: void pixels of the
label are void in the prediction too, they are not counted, and a border with void is no
boundary (`label_boundary`), however near another class lies behind it.
"""

import cv2
import numpy as np

__all__ = [
    "BAND_WIDTHS",
    "boundary_iou_counts",
    "boundary_region",
    "cheng_distance",
    "inner_boundary",
    "label_boundary",
    "overlap_counts",
    "present_classes",
    "trimap_counts",
    "void_out",
]

BAND_WIDTHS = (1, 2, 3, 5, 8, 12, 20)  # pixels from the label's boundary
_CHENG_RATIO = 0.02  # of the diagonal


def inner_boundary(mask, distance, void=None):
    """Pixels of a mask within a distance of its contour, the image border included.

    Args:
        mask: bool [H, W].
        distance: pixels (chessboard metric), at least 1.
        void: bool [H, W] or None; the mask's border with it is no contour.

    Returns:
        bool [H, W].

    Source: Cheng et al., "Boundary IoU", CVPR 2021, section 4, as released: erosion by
    3x3 squares, the image framed with background. Void is not in the paper: here a
    contour pixel touches (one of 8 neighbours) a pixel that is neither of the mask nor
    void, and the region is what lies within `distance - 1` of contour pixels. Without
    void that is the erosion.

    >>> inner_boundary(np.ones((3, 3), bool), 1).astype(int).tolist()
    [[1, 1, 1], [1, 0, 1], [1, 1, 1]]
    """
    image = mask.astype(np.int64)
    if void is not None:
        image[void & ~mask] = -1
    return mask & boundary_region(image, distance)


def boundary_region(image, distance):
    """`inner_boundary` of every class at once.

    Args:
        image: int [H, W], void below 0.
        distance: pixels, at least 1.

    Returns:
        bool [H, W]: whether a pixel is in the boundary region of its own class.
    """
    contour = _touching(image)
    if distance == 1:
        return contour
    side = 2 * int(distance) - 1
    square = np.ones((side, side), np.uint8)
    region = np.zeros(image.shape, bool)
    for c in present_classes(image):
        mask = image == c
        near = cv2.dilate((mask & contour).view(np.uint8), square)
        region |= mask & near.view(bool)
    return region


def _touching(image):
    """Pixels with one of 8 neighbours of another class, or at the image's border."""
    differ = np.zeros(image.shape, bool)
    height, width = image.shape
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = np.s_[: height - dy, max(-dx, 0) : width - max(dx, 0)]
        there = np.s_[dy:, max(dx, 0) : width - max(-dx, 0)]
        a, b = image[here], image[there]
        unlike = (a != b) & (a >= 0) & (b >= 0)
        differ[here] |= unlike
        differ[there] |= unlike
    differ[[0, -1]] = differ[:, [0, -1]] = True
    return differ & (image >= 0)


def boundary_iou_counts(prediction, label, num_classes, ignore_index=255, ratio=None):
    """Intersection and union of the boundary regions of every class.

    Args:
        prediction, label: int [H, W].
        num_classes: C.
        ignore_index: void.
        ratio: distance as a share of the diagonal, default 0.02; at least one pixel.

    Returns:
        int64 [2, C]: intersection, union; their quotient is Boundary IoU.

    Source: Cheng et al., CVPR 2021, eq. 2; void as `inner_boundary` says.
    """
    prediction, label = void_out(prediction, label, ignore_index)
    distance = cheng_distance(label.shape, _CHENG_RATIO if ratio is None else ratio)
    return overlap_counts(
        prediction,
        label,
        boundary_region(prediction, distance),
        boundary_region(label, distance),
        num_classes,
    )


def overlap_counts(prediction, label, region, label_region, num_classes):
    """Intersection and union of every class inside regions of both images.

    Args:
        prediction, label: int [H, W].
        region, label_region: bool [H, W], of the prediction and of the label, without
            void.
        num_classes: C.

    Returns:
        int64 [2, C].
    """
    p, g, both = (
        np.bincount(a, minlength=num_classes)
        for a in (
            prediction[region],
            label[label_region],
            label[region & label_region & (prediction == label)],
        )
    )
    return np.stack([both, p + g - both])


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
    prediction, label = void_out(prediction, label, ignore_index)
    counts = np.zeros((len(widths), 3, num_classes), np.int64)
    edge = label_boundary(label)
    if not edge.any():
        return counts
    distance = distance_to(edge)
    for i, width in enumerate(widths):
        band = (distance <= width - 1) & (label >= 0)
        g, p = label[band], prediction[band]
        counts[i, 0] = np.bincount(g[g == p], minlength=num_classes)
        counts[i, 1] = np.bincount(g, minlength=num_classes)
        counts[i, 2] = np.bincount(p, minlength=num_classes)
    return counts


def void_out(prediction, label, ignore_index):
    """Both images as int64, with the label's void as -1 in both.

    Args:
        prediction, label: int [H, W].
        ignore_index: void.

    Returns:
        (prediction, label).

    Raises:
        ValueError: the shapes differ.
    """
    label = np.asarray(label).astype(np.int64)
    prediction = np.asarray(prediction).astype(np.int64)
    if prediction.shape != label.shape or label.ndim != 2:
        raise ValueError(
            f"prediction is {prediction.shape} and label {label.shape}; both must be "
            "one [H, W]"
        )
    void = label == ignore_index
    return np.where(void, -1, prediction), np.where(void, -1, label)


def present_classes(*images):
    """Classes of any of the images, void (below 0) left out: int array, sorted."""
    counts = [np.bincount(np.ravel(i)[np.ravel(i) >= 0]) for i in images]
    longest = max(len(c) for c in counts)
    return np.flatnonzero(sum(np.pad(c, (0, longest - len(c))) for c in counts))


def cheng_distance(shape, ratio=_CHENG_RATIO):
    """Width of Boundary IoU's region: pixels, at least 1.

    Args:
        shape: (H, W) of the image.
        ratio: as a share of the diagonal.
    """
    return max(1, round(ratio * float(np.hypot(*shape))))


def distance_to(pixels):
    """Distance of every pixel to the nearest of these; pixels is bool [H, W]."""
    # Imported here: a tool that scores no boundary starts in less time.
    from scipy.ndimage import distance_transform_edt

    return distance_transform_edt(~pixels)
