"""Kinds of error near boundaries: false, merged, displaced."""

import cv2
import numpy as np

from .boundary import label_boundary, void_out

__all__ = ["ERROR_KINDS", "edge_error_counts", "edge_errors", "error_shares"]

ERROR_KINDS = ("false", "merged", "displaced", "elsewhere")
_REACH = 7  # pixels from a boundary, as released


def edge_error_counts(
    prediction, label, num_classes, ignore_index=255, distance=_REACH
):
    """Right and labelled pixels near boundaries of either image.

    Args:
        prediction, label: int [H, W].
        num_classes: C.
        ignore_index: void: not counted, and a border with it is no boundary.
        distance: how far from a boundary pixel is near, in pixels (chessboard).

    Returns:
        int64 [4, 2, C]: hits and labelled pixels of every class near a boundary of the
        prediction alone (false), of the label alone (merged), of both (displaced), and
        of neither (elsewhere).

    Source: Chen, Gu and Fu, "When semantic segmentation meets frequency aliasing", ICLR
    2024, as released (squares of 15 pixels around the boundary's); there void has
    boundaries.
    """
    prediction, label = void_out(prediction, label, ignore_index)
    side = 2 * int(distance) + 1
    near = [
        cv2.dilate(label_boundary(a).astype(np.uint8), np.ones((side, side), np.uint8))
        for a in (prediction, label)
    ]
    kind = np.array([[3, 1], [0, 2]])[near[0], near[1]]
    counted = label >= 0
    kind, g, hit = kind[counted], label[counted], (prediction == label)[counted]
    cell = kind * num_classes + g
    length = len(ERROR_KINDS) * num_classes
    hits, labelled = (np.bincount(p, minlength=length) for p in (cell[hit], cell))
    return np.stack(
        [a.reshape(len(ERROR_KINDS), num_classes) for a in (hits, labelled)], axis=1
    )


def edge_errors(counts):
    """Errors of Chen et al.: how much is wrong near which boundaries.

    Args:
        counts: [4, 2, C] of `edge_error_counts`, summed over images.

    Returns:
        dict: "false" (FErr), the mean over classes of the share of wrong pixels near
        the prediction's boundaries; "merged" (MErr), near the label's; "displaced"
        (DErr), near both. NaN without such pixels.

    >>> counts = np.zeros((4, 2, 1)); counts[2, :, 0] = 3, 4
    >>> edge_errors(counts)
    {'false': 0.25, 'merged': 0.25, 'displaced': 0.25}
    """
    false, merged, both, _ = np.asarray(counts, np.float64)
    regions = {"false": false + both, "merged": merged + both, "displaced": both}
    return {kind: _wrong(*region) for kind, region in regions.items()}


def error_shares(counts):
    """How the wrong pixels divide among the kinds of error.

    Args:
        counts: [4, 2, C] of `edge_error_counts`, summed over images.

    Returns:
        dict: a share for each of `ERROR_KINDS`; they add up to 1. NaN where all pixels
        are right.
    """
    hits, labelled = np.asarray(counts, np.float64).sum(2).T
    wrong = labelled - hits
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = wrong / wrong.sum()
    return dict(zip(ERROR_KINDS, shares.tolist()))


def _wrong(hits, labelled):
    has = labelled > 0
    return float(np.mean(1 - hits[has] / labelled[has])) if has.any() else float("nan")
