"""Region scores of segmentation: everything follows from one confusion matrix."""

import numpy as np

__all__ = ["confusion_matrix", "iou", "mean_of_present", "region_scores"]


def confusion_matrix(prediction, label, num_classes, ignore_index=255):
    """Count how often class i was predicted as class j.

    Args:
        prediction: int array, any shape, values 0 to num_classes - 1.
        label: int array of the same shape, values 0 to num_classes - 1 or
            ignore_index.
        num_classes: number of classes C.
        ignore_index: void; its pixels are not counted, even if it is below C.

    Returns:
        int64 [C, C], row = label, column = prediction.

    Raises:
        ValueError: the shapes differ, or a value is out of range.

    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 255]), 2).tolist()
    [[1, 1], [0, 0]]
    """
    prediction, label = np.asarray(prediction), np.asarray(label)
    if prediction.shape != label.shape:
        raise ValueError(f"prediction is {prediction.shape} but label is {label.shape}")
    counted = label != ignore_index
    label = label[counted].astype(np.int64)
    prediction = prediction[counted].astype(np.int64)
    for name, values in (("label", label), ("prediction", prediction)):
        if values.size and (values.min() < 0 or values.max() >= num_classes):
            wrong = values.min() if values.min() < 0 else values.max()
            raise ValueError(
                f"{name} value {wrong} is outside 0 to {num_classes - 1} and is not "
                f"ignore_index {ignore_index}"
            )
    counts = np.bincount(label * num_classes + prediction, minlength=num_classes**2)
    return counts.reshape(num_classes, num_classes)


def region_scores(matrix):
    """Intersection over union and its relatives.

    Args:
        matrix: int [C, C] of `confusion_matrix`, summed over images.

    Returns:
        dict: "miou", "accuracy" (of pixels), "kappa", "mdice" as float, and per class
        "iou", "dice", "precision", "recall" as lists of C floats. A class that neither
        label nor prediction contains has IoU and Dice NaN and does not enter the means
        (PaddleSeg 2.8 counts it as 0); precision and recall are NaN without a
        predicted or a labelled pixel.

    Source: Everingham et al., IJCV 2015 (IoU over the whole set); Cohen 1960 (kappa).

    >>> scores = region_scores(np.array([[2, 1], [0, 1]]))
    >>> round(scores["miou"], 4), scores["accuracy"]
    (0.5833, 0.75)
    """
    matrix = np.asarray(matrix, dtype=np.float64)
    hit = np.diag(matrix)
    labelled, predicted, total = matrix.sum(1), matrix.sum(0), matrix.sum()
    each = iou(hit, labelled, predicted)
    with np.errstate(invalid="ignore", divide="ignore"):
        dice = 2 * hit / (labelled + predicted)
        accuracy = hit.sum() / total
        chance = (labelled * predicted).sum() / total**2
        kappa = (accuracy - chance) / (1 - chance)
        precision, recall = hit / predicted, hit / labelled
    return {
        "miou": mean_of_present(each),
        "accuracy": float(accuracy),
        "kappa": float(kappa),
        "mdice": mean_of_present(dice),
        "iou": each.tolist(),
        "dice": dice.tolist(),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
    }


def iou(hits, labelled, predicted):
    """Intersection over union from counts of pixels.

    Args:
        hits, labelled, predicted: arrays of one shape.

    Returns:
        float64 of that shape; NaN where a class is neither labelled nor predicted.

    >>> iou(np.array([2, 0]), np.array([3, 0]), np.array([3, 0])).tolist()
    [0.5, nan]
    """
    hits, labelled, predicted = (
        np.asarray(a, np.float64) for a in (hits, labelled, predicted)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return hits / (labelled + predicted - hits)


def mean_of_present(values):
    """Mean over the last axis, without the classes that are NaN.

    Args:
        values: float [..., C].

    Returns:
        float, or float64 [...] for more than one axis; NaN where no class is present.

    >>> mean_of_present([[0.5, float("nan")], [0.5, 1.0]]).tolist()
    [0.5, 0.75]
    """
    values = np.asarray(values, np.float64)
    present = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(present, values, 0).sum(-1) / present.sum(-1)
    return float(mean) if mean.ndim == 0 else mean
