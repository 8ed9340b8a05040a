"""Scores kept image by image, as counts, so that any sample of images can be scored."""

import numpy as np

from ..errors import UsageError
from ..files import writing
from .boundary import (
    BAND_WIDTHS,
    boundary_iou_counts,
    trimap_counts,
)
from .boundary_f1 import boundary_f1, mean_boundary_f1
from .calibration import calibration_counts, expected_calibration_error
from .cldice import cldice, cldice_counts
from .edge_errors import edge_error_counts, edge_errors, error_shares
from .region import iou, mean_of_present
from .structure_width import WIDTH_LIMITS, structure_width, width_counts
from .thin import thin_counts

__all__ = ["ImageScores"]

_COUNTS = (
    "region",
    "boundary",
    "trimap",
    "calibration",
    "thin",
    "width",
    "cldice",
    "edges",
    "shift",
)


class ImageScores:
    """What was counted on every image of an evaluation.

    Args:
        num_classes: C.
        ignore_index: void.
        skeletons: whether to count clDice, which takes seconds for an image of
            1024x2048.

    Attributes:
        names: list of N str, one an image.
        counts: dict of arrays with a row an image, N rows: "region" [3, C] (hits,
            labelled, predicted pixels), "boundary" [2, C] (Boundary IoU), "trimap"
            [W, 3, C] (as region, in bands of `boundary.BAND_WIDTHS`), "bf" [C]
            (boundary F1), "calibration" [3, B], "width" [2, 4] (thin structures by
            the width that the label shows), "edges" [4, 2, C] (errors near
            boundaries), "cldice" [4, C] with skeletons, "thin" [2, 4] where the data
            knows the width of its thin structures, and "shift" (shift consistency)
            after `add_shift_consistency`.
    """

    def __init__(self, num_classes, ignore_index=255, skeletons=True):
        self.num_classes = num_classes
        self.ignore_index = ignore_index
        self.skeletons = skeletons
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
            "width": width_counts(prediction, label, structure_width(label, ignore)),
            "edges": edge_error_counts(prediction, label, c, ignore),
        }
        if self.skeletons:
            row["cldice"] = cldice_counts(prediction, label, c, ignore)
        if width is not None:
            row["thin"] = thin_counts(prediction, label, width, ignore_index=ignore)
        self.names.append(str(name))
        for key, value in row.items():
            self.counts.setdefault(key, []).append(value)

    def add_shift_consistency(self, values):
        """Keep how consistent the network was under a shift of every image.

        Args:
            values: float [N], of `shift_consistency`, in the order of `names`.

        Raises:
            ValueError: another number of values than of images.
        """
        if len(values) != len(self.names):
            raise ValueError(f"{len(values)} values for {len(self.names)} images")
        self.counts["shift"] = [float(value) for value in values]

    def summary(self, weights=None):
        """Scores of the set, or of a weighted sample of its images.

        Args:
            weights: float [N], how often each image counts (a bootstrap's), or None.

        Returns:
            dict: "miou", "accuracy", "mdice", "boundary_miou", "bf", "ece" (float);
            "trimap_miou" (list, a value a band of "trimap_widths"); "iou", "dice",
            "boundary_iou" (a value a class); "thin_recall" (a value a width 1 to 4,
            where known); "width_recall" (a value a width of "width_limits", as the
            label shows it); "false_error", "merged_error", "displaced_error" (float)
            and "error_shares" (a value for each of `edge_errors.ERROR_KINDS`);
            "mean_cldice" (float) and "cldice" (a value a class); "massc" (float).
            What was not counted, in files of older versions too, is left out. A class
            that is neither labelled nor predicted is NaN and does not enter a mean.
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
            each = iou(hits, labelled, predicted)
            dice = 2 * hits / (labelled + predicted)
            boundary = total["boundary"][0] / total["boundary"][1]
            bands = [mean_of_present(iou(*band)) for band in total["trimap"]]
            scores = {
                "miou": mean_of_present(each),
                "accuracy": float(hits.sum() / labelled.sum()),
                "mdice": mean_of_present(dice),
                "boundary_miou": mean_of_present(boundary),
                "bf": mean_boundary_f1(self.counts["bf"], weights),
                "ece": expected_calibration_error(total["calibration"]),
                "trimap_miou": bands,
                "trimap_widths": list(BAND_WIDTHS),
                "iou": each.tolist(),
                "dice": dice.tolist(),
                "boundary_iou": boundary.tolist(),
            }
            if "thin" in total:
                scores["thin_recall"] = (total["thin"][0] / total["thin"][1]).tolist()
            if "width" in total:
                recall = total["width"][0] / total["width"][1]
                scores["width_recall"] = recall.tolist()
                scores["width_limits"] = list(WIDTH_LIMITS)
        if "edges" in total:
            errors = edge_errors(total["edges"])
            scores.update({f"{kind}_error": v for kind, v in errors.items()})
            scores["error_shares"] = list(error_shares(total["edges"]).values())
        if "cldice" in total:
            each = cldice(total["cldice"])
            scores["cldice"] = each.tolist()
            scores["mean_cldice"] = mean_of_present(each)
        if "shift" in total:
            scores["massc"] = float(total["shift"] / weights.sum())
        return scores

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
