"""The scores that a study compares, as functions of counts summed over images."""

from typing import Callable, NamedTuple

import numpy as np

from ..metrics.calibration import expected_calibration_error
from ..metrics.cldice import cldice
from ..metrics.region import iou, mean_of_present

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
    each = iou(*np.split(sums, 3, axis=1))
    present = np.maximum((~np.isnan(each)).sum(1, keepdims=True), 1)
    return np.nan_to_num(each) / present


def _mean_iou(sums):
    return class_parts(sums).sum(1)


def _accuracy(sums):
    hits, labelled, _ = np.split(sums, 3, axis=1)
    return hits.sum(1) / labelled.sum(1)


def _mean_share(sums):
    """Mean over classes, or widths, of the first half over the second."""
    part, whole = np.split(sums, 2, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return _mean(part / whole)


def _mean_cldice(sums):
    return _mean(cldice(np.moveaxis(sums.reshape(len(sums), 4, -1), 1, 0)))


def _mean(each):
    """A sample of images may hold no class at all: 0."""
    return np.nan_to_num(mean_of_present(each))


def _calibration(sums):
    return expected_calibration_error(sums.reshape(len(sums), 3, -1))


def _edge_error(*regions):
    """Score of `metrics.edge_errors`: mean share of wrong pixels in these regions."""

    def score(sums):
        counts = sums.reshape(len(sums), 4, 2, -1)[:, list(regions)].sum(1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return _mean(1 - counts[:, 0] / counts[:, 1])

    return score


def _bf_rows(scores):
    """(mean over the image's classes, 1) for every image that has a contour."""
    each = mean_of_present(scores.counts["bf"])
    return np.stack([np.nan_to_num(each), ~np.isnan(each)], axis=1).astype(np.float64)


def _shift_rows(scores):
    """(consistency, 1) for every image."""
    values = np.asarray(scores.counts["shift"], np.float64)
    return np.stack([values, np.ones_like(values)], axis=1)


# Keys of ImageScores.summary; recalls are means over the widths.
MEASURES = {
    "miou": Measure(_flat("region"), _mean_iou),
    "accuracy": Measure(_flat("region"), _accuracy),
    "boundary_miou": Measure(_flat("boundary"), _mean_share),
    "bf": Measure(_bf_rows, lambda sums: sums[:, 0] / sums[:, 1]),
    "thin_recall": Measure(_flat("thin"), _mean_share),
    "width_recall": Measure(_flat("width"), _mean_share),
    "mean_cldice": Measure(_flat("cldice"), _mean_cldice),
    "false_error": Measure(_flat("edges"), _edge_error(0, 2), better=-1),
    "merged_error": Measure(_flat("edges"), _edge_error(1, 2), better=-1),
    "displaced_error": Measure(_flat("edges"), _edge_error(2), better=-1),
    "massc": Measure(_shift_rows, lambda sums: sums[:, 0] / sums[:, 1]),
    "ece": Measure(_flat("calibration"), _calibration, better=-1),
}
