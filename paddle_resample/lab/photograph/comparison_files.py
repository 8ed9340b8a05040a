"""What is kept of a comparison: every number as JSON, every picture as PNG."""

import importlib.metadata
import re
from dataclasses import asdict

import paddle
from PIL import Image

from ...files import usable_folder, write_json, writing
from ...seg.training.record import describe_run
from .restore import BETA2, BORDER

__all__ = ["conditions", "save_record"]

_PACKAGES = ("scikit-image", "scikit-learn", "pillow", "matplotlib")


def save_record(comparison, folder, photo_name):
    """Write compare.json and pictures/ into a folder, each file whole or not at all.

    Args:
        comparison: Comparison.
        folder: to write into, made if needed.
        photo_name: what to call the photograph.

    Returns:
        Path of the JSON. Run again on the same machine, only its `run` differs.
    """
    folder = usable_folder(folder)
    pictures = usable_folder(folder / "pictures")
    _save_picture(pictures / "original.png", comparison.photo)
    rows = []
    for row in comparison.rows:
        stem = re.sub(r"[^\w.=-]+", "-", row.label)
        _save_picture(pictures / f"{stem}.png", row.restored)
        _save_picture(pictures / f"{stem}.reduced.png", row.reduced)
        rows.append(
            {
                "name": row.name,
                "options": row.options,
                "comparable": not row.reasons,
                "reasons": row.reasons,
                "remarks": row.remarks,
                "scale": row.scale,
                "parameters": row.parameters,
                "fit_loss_first_last": row.loss,
                "psnr_db": row.psnr,  # null where no pixel differs
                "ssim": row.ssim,
                "restored": f"pictures/{stem}.png",
                "reduced": f"pictures/{stem}.reduced.png",
            }
        )
    height, width = comparison.photo.shape[:2]
    record = {
        "photograph": photo_name,
        "worked_on": {
            "picture": "pictures/original.png",
            "width": width,
            "height": height,
        },
        "detail": dict(zip(("x", "y", "size"), comparison.window)),
        "settings": asdict(comparison.settings),
        "conditions": conditions(comparison, photo_name),
        "stopped_early": comparison.stopped,
        "rows": rows,
        "left_out": comparison.left_out,
        "run": describe_run(device=paddle.get_device(), seed=comparison.settings.seed),
    }
    for package in _PACKAGES:
        record["run"]["versions"][package] = importlib.metadata.version(package)
    path = folder / "compare.json"
    write_json(path, record)
    return path


def conditions(comparison, photo_name):
    """Say under which conditions the rows came about, for captions.

    Args:
        comparison: Comparison.
        photo_name: what to call the photograph.

    Returns:
        list of str, one sentence or two each.
    """
    height, width = comparison.photo.shape[:2]
    settings = comparison.settings
    said = [
        f"Photograph: {photo_name}, worked on at {width} × {height} pixels. Halved by "
        "the mean of 2 × 2 pixels unless a card says otherwise; the operators work on "
        "the three colours directly.",
        "PSNR (peak 255) and SSIM (Gaussian window, sigma 1.5) of the 8-bit colours of "
        f"the whole picture, without a border of {BORDER} pixels.",
    ]
    if any(row.parameters for row in comparison.rows):
        said.insert(1, _fitting(settings))
    if comparison.left_out:
        said.append(
            "Left out unless named (millions are multiply-accumulates): "
            + "; ".join(comparison.left_out.values())
            + "."
        )
    if comparison.stopped:
        said.append("Stopped early: operators are missing.")
    return said


def _fitting(settings):
    if settings.steps == 0:
        seed = settings.seed
        return f"Operators are shown with their initial weights, seed {seed}."
    return (
        "Operators with weights were fitted to this very photograph, all alike: "
        f"{settings.steps} steps of AdamW on the squared error of the whole picture, "
        f"learning rate {settings.learning_rate:g} falling linearly to 0, beta2 "
        f"{BETA2}, no weight decay, seed {settings.seed}. That is their best case; on "
        "other pictures they do worse."
    )


def _save_picture(path, picture):
    with writing(path, "wb") as file:
        Image.fromarray(picture).save(file, format="png")
