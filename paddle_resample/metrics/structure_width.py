"""How wide is the structure that a labelled pixel belongs to?

Thin structures are what resampling loses first. Where the data does not know their
width (`data.Scene.width` does), the label's shape tells it.
"""

import cv2
import numpy as np

from .boundary import present_classes, void_out
from .cldice import skeleton

__all__ = ["WIDTH_LIMITS", "structure_width", "width_counts"]

WIDTH_LIMITS = (2, 4, 8, 16)  # pixels; a class of widths reaches from the one before
_ELONGATION = 3  # length of a structure over its mean width


def structure_width(label, ignore_index=255):
    """Width of the thin structure that every pixel belongs to.

    A pixel is of a structure at most w wide if no disc of a diameter above w covers it
    inside its class (distance transform). Corners and rims of large regions are such
    pixels too, so a connected set of them counts only if its skeleton is at least three
    times as long as the set is wide in the mean, and longer than its seam with the
    wider rest of its class.

    Args:
        label: int [H, W].
        ignore_index: void; structures end at it, and have no width in it. They are
            taken to go on beyond the image's border.

    Returns:
        int64 [H, W]: the smallest of `WIDTH_LIMITS` that the width does not exceed; 0
        for wider structures, compact regions and void.

    Source: local thickness after Hildebrand and Ruegsegger, J. Microscopy 1997; the
    classes of width and the two tests by the skeleton are ours.

    >>> label = np.zeros((60, 40), int); label[30:33] = 1
    >>> width = structure_width(label)
    >>> int(width[31].max()), int((width > 0).sum())
    (4, 120)
    """
    label, _ = void_out(label, label, ignore_index)
    width = np.zeros(label.shape, np.int64)
    for c in present_classes(label):
        mask = label == c
        x, y, w, h = cv2.boundingRect(mask.astype(np.uint8))
        box = np.s_[max(y - 1, 0) : y + h + 1, max(x - 1, 0) : x + w + 1]
        width[box] += _width_in(mask[box])
    return width


def _width_in(mask):
    """`structure_width` of the pixels of one class."""
    width = np.zeros(mask.shape, np.int64)
    to_outside = _distance(mask)
    narrow = {}
    for limit in WIDTH_LIMITS:
        radius = limit / 2
        wide = to_outside > radius
        narrow[limit] = mask & (_distance(~wide) > radius)
    lines = skeleton(narrow[WIDTH_LIMITS[-1]])
    for limit in reversed(WIDTH_LIMITS):
        width[_structures(narrow[limit], mask & ~narrow[limit], lines)] = limit
    return width


def _structures(narrow, rest, lines):
    """The connected narrow parts that are long for their width, and stand out of the
    rest of their class instead of lining it."""
    count, parts = cv2.connectedComponents(narrow.astype(np.uint8), connectivity=8)
    area = np.bincount(parts.ravel(), minlength=count)
    length = np.bincount(parts[lines], minlength=count)
    beside = cv2.dilate(rest.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    contact = np.bincount(parts[beside], minlength=count)
    good = (length**2 >= _ELONGATION * area) & (contact < length)
    good[0] = False
    return good[parts]


def _distance(mask):
    """Distance of every pixel of a mask to the nearest pixel that is not of it."""
    if mask.all():
        return np.full(mask.shape, np.inf)
    return cv2.distanceTransform(
        mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
    )


def width_counts(prediction, label, width):
    """How many pixels of thin structures were found, for each class of width.

    Args:
        prediction, label: int [H, W].
        width: int [H, W] of `structure_width`.

    Returns:
        int64 [2, 4]: hits and pixels of every limit; recall is their quotient.
    """
    return np.array(
        [
            [(which & (width == limit)).sum() for limit in WIDTH_LIMITS]
            for which in (prediction == label, width > 0)
        ]
    )
