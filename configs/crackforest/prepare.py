"""CrackForest as PaddleSeg's `Dataset` reads it: images, labels and three lists.

    git clone https://github.com/cuilimeng/CrackForest-dataset
    python configs/crackforest/prepare.py CrackForest-dataset data/crackforest

The published segmentations hold 1 (asphalt), 2 (crack), 3 (asphalt that cracks
enclose) and 4 (faint cracks that are connected to nothing, 1352 pixels of five images).
Here 2 is class 1, all else class 0. The label of image 042 is a copy of 065's and does
not fit its image: it stands in no list.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import loadmat

CRACK = 2
WRONG = {"042"}
# The last digit of an image's number says which list it is in.
LISTS = {"train": "012345", "val": "89", "test": "67"}


def prepare(source, target):
    """Write images/, labels/ and the lists.

    Args:
        source: Path of the published repository, with image/ and groundTruth/.
        target: Path of the folder to make.

    Returns:
        dict: name of a list -> number of its images.
    """
    for folder in ("images", "labels"):
        (target / folder).mkdir(parents=True, exist_ok=True)
    names = sorted(path.stem for path in (source / "groundTruth").glob("*.mat"))
    if not names:
        raise SystemExit(f"error: {source}/groundTruth holds no .mat file")
    for name in names:
        truth = loadmat(source / "groundTruth" / f"{name}.mat")["groundTruth"]
        label = (truth["Segmentation"][0, 0] == CRACK).astype(np.uint8)
        Image.fromarray(label).save(target / "labels" / f"{name}.png")
        shutil.copy(source / "image" / f"{name}.jpg", target / "images")
    counts = {}
    for part, digits in LISTS.items():
        own = [n for n in names if n[-1] in digits and n not in WRONG]
        lines = [f"images/{name}.jpg labels/{name}.png\n" for name in own]
        (target / f"{part}_list.txt").write_text("".join(lines), encoding="utf-8")
        counts[part] = len(own)
    return counts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path, help="the published repository")
    parser.add_argument("target", type=Path, help="folder to write, data/crackforest")
    arguments = parser.parse_args()
    counts = prepare(arguments.source, arguments.target)
    print(", ".join(f"{part}: {count}" for part, count in counts.items()))
