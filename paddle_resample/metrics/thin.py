"""Recall of thin structures, by their width."""

import numpy as np

__all__ = ["thin_counts"]


def thin_counts(prediction, label, width, widest=4, ignore_index=255):
    """How many pixels of thin structures were found, for each width.

    Args:
        prediction, label: int [H, W].
        width: int [H, W], nominal width in pixels of the thin structure (or gap) a
            pixel belongs to, 0 elsewhere, as `data.Scene.width`.
        widest: largest width counted.
        ignore_index: void; its pixels are not counted.

    Returns:
        int64 [2, widest]: hits and pixels of widths 1 to widest; recall is their
        quotient.

    >>> thin_counts(np.array([[1, 0]]), np.array([[1, 1]]), np.array([[2, 2]])).tolist()
    [[0, 1, 0, 0], [0, 2, 0, 0]]
    """
    prediction, label, width = (np.asarray(a) for a in (prediction, label, width))
    counted = (width > 0) & (width <= widest) & (label != ignore_index)
    hit = counted & (prediction == label)
    return np.stack(
        [
            np.bincount(width[which].astype(int), minlength=widest + 1)[1:]
            for which in (hit, counted)
        ]
    )
