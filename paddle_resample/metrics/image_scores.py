"""Scores kept image by image, as counts, so that any sample of images can be scored."""

import numpy as np

from ..errors import UsageError
from ..files import writing
from .boundary import BAND_WIDTHS, boundary_f1, boundary_iou_counts, trimap_counts
from .calibration import calibration_counts, expected_calibration_error
from .thin import thin_counts

__all__ = ["ImageScores"]

_COUNTS = ("region", "boundary", "trimap", "calibration", "thin")


class ImageScores:
    """What was counted on every image of an evaluation.

    Args:
        num_classes: C.
        ignore_index: void.

    Attributes:
        names: list of N str, one an image.
        counts: dict of arrays with a row an image, N rows: "region" [3, C] (hits,
            labelled, predicted pixels), "boundary" [2, C] (Boundary IoU), "trimap"
            [W, 3, C] (as region, in bands of `boundary.BAND_WIDTHS`), "bf" [C]
            (boundary F1), "calibration" [3, B], and "thin" [2, 4] where the data knows
            the width of its thin structures.
    """

    def __init__(self, num_classes, ignore_index=255):
        self.num_classes = num_classes
        self.ignore_index = ignore_index
        self.names = []
        self.counts = {}

    def add(self, name, prediction, label, confidence, width=None):
        """Count one image.

        Args:
            name: of the image.
            prediction, label: int [H, W].
            confidence: float [H, W], probability of the predicted class.
            width: int [H, W], width of thin structures, or None.
        """
        c, ignore = self.num_classes, self.ignore_index
        counted = label != ignore
        p, g = prediction[counted], label[counted]
        region = [np.bincount(v, minlength=c) for v in (g[p == g], g, p)]
        row = {
            "region": np.stack(region),
            "boundary": boundary_iou_counts(prediction, label, c, ignore),
            "trimap": trimap_counts(prediction, label, c, ignore),
            "bf": boundary_f1(prediction, label, c, ignore),
            "calibration": calibration_counts(confidence[counted], p == g),
        }
        if width is not None:
            row["thin"] = thin_counts(prediction, label, width, ignore_index=ignore)
        self.names.append(str(name))
        for key, value in row.items():
            self.counts.setdefault(key, []).append(value)

    def summary(self, weights=None):
        """Scores of the set, or of a weighted sample of its images.

        Args:
            weights: float [N], how often each image counts (a bootstrap's), or None.

        Returns:
            dict: "miou", "accuracy", "mdice", "boundary_miou", "bf", "ece" (float);
            "trimap_miou" (list, a value a band of "trimap_widths"); "iou", "dice",
            "boundary_iou" (a value a class); "thin_recall" (a value a width 1 to 4,
            where known). A class that is neither labelled nor predicted is NaN and
            does not enter a mean.
        """
        if weights is None:
            weights = np.ones(len(self.names))
        weights = np.asarray(weights, np.float64)
        total = {
            key: np.tensordot(weights, np.asarray(self.counts[key]), 1)
            for key in _COUNTS
            if key in self.counts
        }
        hits, labelled, predicted = total["region"]
        with np.errstate(invalid="ignore", divide="ignore"):
            iou = _iou(total["region"])
            dice = 2 * hits / (labelled + predicted)
            boundary = total["boundary"][0] / total["boundary"][1]
            bands = [_mean(_iou(band)) for band in total["trimap"]]
            scores = {
                "miou": _mean(iou),
                "accuracy": float(hits.sum() / labelled.sum()),
                "mdice": _mean(dice),
                "boundary_miou": _mean(boundary),
                "bf": self._bf(weights),
                "ece": expected_calibration_error(total["calibration"]),
                "trimap_miou": bands,
                "trimap_widths": list(BAND_WIDTHS),
                "iou": iou.tolist(),
                "dice": dice.tolist(),
                "boundary_iou": boundary.tolist(),
            }
            if "thin" in total:
                scores["thin_recall"] = (total["thin"][0] / total["thin"][1]).tolist()
        return scores

    def _bf(self, weights):
        """Mean over images of the mean over the classes that an image has."""
        table = np.asarray(self.counts["bf"], np.float64)
        seen = ~np.isnan(table)
        has = seen.any(axis=1) & (weights > 0)
        if not has.any():
            return float("nan")
        mean = np.nansum(table[has], axis=1) / seen[has].sum(axis=1)
        return float(np.average(mean, weights=weights[has]))

    def save(self, path):
        """Write everything to a .npz file, whole or not at all."""
        arrays = {key: np.asarray(value) for key, value in self.counts.items()}
        with writing(path, "wb") as file:
            np.savez_compressed(
                file,
                names=np.asarray(self.names),
                num_classes=self.num_classes,
                ignore_index=self.ignore_index,
                **arrays,
            )

    @classmethod
    def load(cls, path):
        """Read what `save` wrote.

        Raises:
            UsageError: the file is missing or none of these.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {key: file[key] for key in file.files}
            scores = cls(
                int(arrays.pop("num_classes")), int(arrays.pop("ignore_index"))
            )
            scores.names = [str(name) for name in arrays.pop("names")]
        except (OSError, ValueError, KeyError) as error:
            raise UsageError(f"{str(path)!r} holds no image scores: {error}") from None
        scores.counts = {key: list(value) for key, value in arrays.items()}
        return scores


def _iou(counts):
    hits, labelled, predicted = counts
    with np.errstate(invalid="ignore", divide="ignore"):
        return hits / (labelled + predicted - hits)


def _mean(values):
    present = values[~np.isnan(values)]
    return float(present.mean()) if present.size else float("nan")
