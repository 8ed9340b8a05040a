"""The study's pictures through every method, ready to embed."""

import numpy as np
from PIL import Image

from ...metrics import confusion_matrix, region_scores
from .embed import embed_errors, embed_labels, embed_photo

__all__ = ["SIDE", "gallery", "one_view", "read_labels"]

SIDE = 720  # pixels of the longer side, at most


def gallery(content):
    """The pictures that every cell kept.

    Args:
        content: content.Content.

    Returns:
        list of dicts, one a picture: "name", "photo" and "truth" (data URIs), "width"
        and "height", and "methods": name -> {"labels", "errors" (data URIs), "miou",
        "accuracy" (percent, of this picture)}. A method whose file is missing is
        missing.
    """
    folder = content.study.folder / "pictures"
    shown = []
    for number, name in enumerate(content.pictures.get("names", [])):
        truth = read_labels(folder / f"{number:03}_label.png")
        views = {}
        for method in content.scored:
            cell = content.cell_folder(content.shown(method))
            path = cell / "predictions" / f"{number:03}.png"
            if path.exists():
                views[method] = one_view(content, read_labels(path), truth, SIDE)
        palette = content.pictures["palette"]
        shown.append(
            {
                "name": name,
                "photo": embed_photo(folder / f"{number:03}_image.png", SIDE),
                "truth": embed_labels(truth, palette, SIDE),
                "width": truth.shape[1],
                "height": truth.shape[0],
                "methods": views,
            }
        )
    return shown


def one_view(content, labels, truth, side):
    """A prediction of one picture: its label map, its errors and its scores."""
    ignore = content.pictures["ignore_index"]
    classes = len(content.pictures["class_names"])
    scores = region_scores(confusion_matrix(labels, truth, classes, ignore))
    return {
        "labels": embed_labels(labels, content.pictures["palette"], side),
        "errors": embed_errors(labels, truth, ignore, side),
        "miou": 100 * scores["miou"],
        "accuracy": 100 * scores["accuracy"],
    }


def read_labels(path):
    """A label map from its palette PNG: int [H, W]."""
    with Image.open(path) as picture:
        return np.asarray(picture).astype(np.int64)
