"""Draw docs/images/camvid.png: predictions of a published study on details of CamVid.

python docs/generate_camvid.py

Images, labels and predictions are those of docs/examples/camvid_decoders (seed 0), the
colours those of configs/_base_/camvid_240x180.yml. No training, no data set is needed.
"""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import yaml
from PIL import Image

from paddle_resample.files import writing
from paddle_resample.seg.prediction.side_by_side import side_by_side
from paddle_resample.tool import run_tool

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "docs" / "examples" / "camvid_decoders"
COLOURS = ROOT / "configs" / "_base_" / "camvid_240x180.yml"
PICTURE = ROOT / "docs" / "images" / "camvid.png"
METHODS = {
    "bilinear_interpolation_240x180": "bilinear interpolation",
    "segnet_basic_240x180": "SegNet-Basic",
    "fcn_basic_240x180": "FCN-Basic",
}
COUNT = 3


def draw():
    """The figure: details as rows, decoders as columns."""
    record = json.loads((STUDY / "pictures" / "pictures.json").read_text("utf-8"))
    names = record["class_names"]
    rows = []
    for number in range(COUNT):
        image, label = (
            np.asarray(Image.open(STUDY / "pictures" / f"{number:03}_{kind}.png"))
            for kind in ("image", "label")
        )
        predictions = [
            np.asarray(
                Image.open(
                    STUDY / "cells" / f"config={method},seed=0" / "predictions"
                    / f"{number:03}.png"
                )
            )
            for method in METHODS
        ]  # fmt: skip
        rows.append((SimpleNamespace(image=image, label=label), predictions))
    return side_by_side(
        rows, list(METHODS.values()), palette(), names, record["ignore_index"]
    )


def palette():
    """Colours of the classes: uint8 [256, 3], white beyond them."""
    configuration = yaml.safe_load(COLOURS.read_text(encoding="utf-8"))
    chosen = np.array(configuration["test_config"]["custom_color"]).reshape(-1, 3)
    colours = np.full((256, 3), 255, np.uint8)
    colours[: len(chosen)] = chosen
    return colours


def main():
    with writing(PICTURE, "wb") as file:
        draw().savefig(file, format="png")
    print(PICTURE)


if __name__ == "__main__":
    run_tool(main)
