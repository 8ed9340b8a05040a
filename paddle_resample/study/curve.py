"""The curve of a training run, as the study reads it."""

import json

import numpy as np

__all__ = ["last_rise", "read_curve"]

_LAST = 0.2  # share of the training that is looked at


def read_curve(folder):
    """Read a cell's curve.jsonl.

    Args:
        folder: Path of the cell.

    Returns:
        (miou, loss): dicts, iteration -> mIoU of the last weights (a share), and
        iteration -> training loss. Both are empty where there is no file.
    """
    miou, loss = {}, {}
    path = folder / "curve.jsonl"
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            point = json.loads(line)
            if point.get("evaluated") == "last" and point.get("miou") is not None:
                miou[point["iteration"]] = point["miou"]
            elif point.get("loss") is not None:
                loss[point["iteration"]] = point["loss"]
    return miou, loss


def last_rise(miou):
    """By how much mIoU rose in the last fifth of a training.

    Args:
        miou: dict, iteration -> mIoU (a share).

    Returns:
        float; None where it was scored only once.

    >>> round(last_rise({50: 0.5, 100: 0.6}), 2)
    0.04
    """
    if len(miou) < 2:
        return None
    iterations = sorted(miou)
    values = [miou[i] for i in iterations]
    last = iterations[-1]
    return values[-1] - float(np.interp((1 - _LAST) * last, iterations, values))
