"""clDice: do prediction and label have the same centre lines?"""

import cv2
import numpy as np

from .boundary import present_classes, void_out

__all__ = ["cldice", "cldice_counts", "skeleton"]


def skeleton(mask):
    """Centre lines of a mask, one pixel wide.

    Args:
        mask: bool [H, W].

    Returns:
        bool [H, W], scikit-image's skeleton (Zhang and Suen 1984).

    >>> int(skeleton(np.ones((1, 9), bool)).sum())
    9
    """
    # Imported here: a tool that scores no centre lines starts in less time.
    from skimage.morphology import skeletonize

    skeleton = np.zeros(mask.shape, bool)
    if mask.any():
        x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
        box = np.s_[y : y + height, x : x + width]
        skeleton[box] = skeletonize(mask[box])
    return skeleton


def cldice_counts(prediction, label, num_classes, ignore_index=255):
    """What clDice of every class is made of.

    Args:
        prediction, label: int [H, W].
        num_classes: C.
        ignore_index: void; it is void in the prediction too.

    Returns:
        int64 [4, C]: pixels of the prediction's skeleton inside the label, and all of
        them; pixels of the label's skeleton inside the prediction, and all of them.

    Source: Shit et al., "clDice - a novel topology-preserving loss function for tubular
    structure segmentation", CVPR 2021, equations 1 and 2. Thinning wide regions takes
    long: 0.06 s a region of 360x480, 1.4 s one of 1024x2048.
    """
    prediction, label = void_out(prediction, label, ignore_index)
    counts = np.zeros((4, num_classes), np.int64)
    for c in present_classes(prediction, label):
        p, g = prediction == c, label == c
        of_p, of_g = skeleton(p), skeleton(g)
        counts[:, c] = (of_p & g).sum(), of_p.sum(), (of_g & p).sum(), of_g.sum()
    return counts


def cldice(counts):
    """clDice of every class.

    Args:
        counts: [4, C] of `cldice_counts`, summed over images.

    Returns:
        float64 [C]: harmonic mean of the two shares; 0 where only one of the two has a
        skeleton, NaN where neither has.

    >>> cldice(np.array([[8], [10], [6], [10]])).round(4).tolist()
    [0.6857]
    """
    precise, predicted, recalled, labelled = np.asarray(counts, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = precise / predicted, recalled / labelled
        score = 2 * precision * recall / (precision + recall)
    score[(predicted + labelled > 0) & (precise + recalled == 0)] = 0.0
    score[(predicted > 0) != (labelled > 0)] = 0.0
    return score
