"""Calibration: is the network as often right as it is sure?"""

import numpy as np

__all__ = ["BINS", "calibration_counts", "expected_calibration_error"]

BINS = 15


def calibration_counts(confidence, correct):
    """Sum confidences and hits of pixels in equal bins of confidence.

    Args:
        confidence: float, any shape: the probability given to the predicted class, 0
            to 1; void pixels left out.
        correct: bool, same shape: whether the prediction is right.

    Returns:
        float64 [3, BINS]: pixels, summed confidence, hits. Bin b holds confidences in
        (b / BINS, (b + 1) / BINS]; 0 goes to the first.
    """
    confidence = np.asarray(confidence, np.float64).ravel()
    correct = np.asarray(correct).ravel()
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    weights = (None, confidence, correct.astype(np.float64))
    return np.stack([np.bincount(bins, w, BINS).astype(np.float64) for w in weights])


def expected_calibration_error(counts):
    """Mean distance of confidence and accuracy, weighted by the pixels of a bin.

    Args:
        counts: [..., 3, BINS] of `calibration_counts`, summed over images.

    Returns:
        float, or float64 [...]; 0 is perfect; NaN without pixels.

    Source: Guo et al., "On calibration of modern neural networks", ICML 2017, eq. 3.

    >>> expected_calibration_error(calibration_counts([0.9, 0.9], [True, False]))
    0.4
    """
    counts = np.asarray(counts, np.float64)
    pixels, confidence, hits = np.moveaxis(counts, -2, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.abs(confidence - hits).sum(-1) / pixels.sum(-1)
    return float(error) if error.ndim == 0 else error
