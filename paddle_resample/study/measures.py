"""The scores that a study compares, as functions of counts summed over images."""

from typing import Callable, NamedTuple

import numpy as np

__all__ = ["MEASURES", "Measure", "class_parts"]


class Measure(NamedTuple):
    """One score.

    Attributes:
        rows: ImageScores -> float [N, K], what every image adds.
        score: float [B, K], sums of rows over B samples of images -> float [B].
        better: 1 if more is better, -1 if less is.
        points: factor of the unit that sentences use (100: percentage points).
    """

    rows: Callable
    score: Callable
    better: int = 1
    points: float = 100.0


def _flat(key):
    def rows(scores):
        table = np.asarray(scores.counts[key], np.float64)
        return table.reshape(len(table), -1)

    return rows


def class_parts(sums):
    """What every class adds to mIoU.

    Args:
        sums: float [B, 3 C], sums of the rows of "miou".

    Returns:
        float [B, C]: IoU over the number of classes that are labelled or predicted;
        their sum is mIoU.
    """
    hits, labelled, predicted = np.split(sums, 3, axis=1)
    return _row_parts(hits, labelled + predicted - hits)


def _mean_iou(sums):
    return class_parts(sums).sum(1)


def _accuracy(sums):
    hits, labelled, _ = np.split(sums, 3, axis=1)
    return hits.sum(1) / labelled.sum(1)


def _mean_boundary(sums):
    return _row_mean(*np.split(sums, 2, axis=1))


def _calibration(sums):
    pixels, confidence, hits = np.split(sums, 3, axis=1)
    return np.abs(confidence - hits).sum(1) / pixels.sum(1)


def _bf_rows(scores):
    """(mean over the image's classes, 1) for every image that has a contour."""
    table = np.asarray(scores.counts["bf"], np.float64)
    seen = ~np.isnan(table)
    has = seen.any(axis=1)
    mean = np.nansum(table, axis=1) / np.maximum(seen.sum(axis=1), 1)
    return np.stack([mean * has, has], axis=1).astype(np.float64)


def _row_mean(part, whole):
    """Mean over classes of part / whole, without the classes that are absent."""
    return _row_parts(part, whole).sum(1)


def _row_parts(part, whole):
    present = whole > 0
    ratio = np.divide(part, whole, out=np.zeros_like(part), where=present)
    return ratio / np.maximum(present.sum(1, keepdims=True), 1)


# Keys of ImageScores.summary; "thin_recall" is the mean over the widths.
MEASURES = {
    "miou": Measure(_flat("region"), _mean_iou),
    "accuracy": Measure(_flat("region"), _accuracy),
    "boundary_miou": Measure(_flat("boundary"), _mean_boundary),
    "bf": Measure(_bf_rows, lambda sums: sums[:, 0] / sums[:, 1]),
    "thin_recall": Measure(_flat("thin"), _mean_boundary),
    "ece": Measure(_flat("calibration"), _calibration, better=-1),
}
