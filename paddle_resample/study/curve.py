"""The curve of a training run, as the study reads it."""

import json

__all__ = ["read_curve"]


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
