"""Draw the README's first picture: details where two networks of a study differ.

    python docs/generate_first_picture.py output/unet_fine_shapes bilinear \
      pixel_shuffle --classes window wire fence wheel letter --credit ""

Of the pictures that the study kept, the detail in which the second network is right
most often where the first is wrong, and for fairness the one where it is the other way
round. Only pixels count that the label or a network gives to one of --classes. Writes
docs/images/first.png, and first.json beside it: which details they are, and both
networks' scores there.
"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from paddle_resample.errors import UsageError
from paddle_resample.files import write_json
from paddle_resample.study.plan import Study
from paddle_resample.study.results import read_results
from paddle_resample.tool import run_tool

IMAGES = Path(__file__).parent / "images"
SIZE = 72, 128  # height and width of a detail, in pixels
STEP = 8
MARGIN = 16  # what differs lies so far inside, to be seen with its surroundings
# Found, missed and invented, over the gray photograph; Okabe and Ito's colours.
FOUND, MISSED, INVENTED = (0, 158, 115), (213, 94, 0), (230, 159, 0)


def kept(study, cell):
    """(name, photograph, label, prediction) of every picture of a cell."""
    folder = study.folder / "pictures"
    predictions = study.folder / "cells" / cell.name / "predictions"
    record = json.loads((folder / "pictures.json").read_text(encoding="utf-8"))
    for number, name in enumerate(record["names"]):
        yield (
            name,
            np.asarray(Image.open(folder / f"{number:03}_image.png").convert("RGB")),
            np.asarray(Image.open(folder / f"{number:03}_label.png")),
            np.asarray(Image.open(predictions / f"{number:03}.png")),
        )


def class_numbers(study, names):
    """Of the names in the study's classes; of the last class without names."""
    known = next(iter(read_results(study.folder).values()))["class_names"]
    for name in names or ():
        if name not in known:
            raise UsageError(f"{name!r} is no class of this study: {known}")
    return [known.index(name) for name in names or known[-1:]]


def advantage(label, one, two, classes):
    """Pixels of the classes that `two` has right and `one` has not, less the reverse,
    in every window without its margin: (rows, columns, table)."""
    gain = (label == two).astype(int) - (label == one)
    gain *= np.isin([label, one, two], classes).any(0)
    sums = np.pad(gain.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    h, w = SIZE
    tops = np.arange(0, label.shape[0] - h + 1, STEP)
    lefts = np.arange(0, label.shape[1] - w + 1, STEP)
    t, left = tops[:, None] + MARGIN, lefts[None] + MARGIN
    b, right = t + h - 2 * MARGIN, left + w - 2 * MARGIN
    held = sums[b, right] - sums[t, right] - sums[b, left] + sums[t, left]
    return tops, lefts, held


def details(study, methods, seed, classes):
    """The two details: a list of dicts."""
    cells = {c.method: c for c in study.cells if c.seed == seed}
    one, two = (list(kept(study, cells[m])) for m in methods)
    best, worst = None, None
    for (name, photo, label, a), (*_, b) in zip(one, two):
        tops, lefts, table = advantage(label, a, b, classes)
        for sign in (1, -1):
            index = np.unravel_index((sign * table).argmax(), table.shape)
            found = (sign * table[index], name, tops[index[0]], lefts[index[1]])
            found = (*found, photo, label, a, b)
            if sign > 0 and (best is None or found[0] > best[0]):
                best = found
            if sign < 0 and (worst is None or found[0] > worst[0]):
                worst = found
    return [_cut(best), _cut(worst)]


def _cut(found):
    pixels, name, top, left, *maps = found
    box = np.s_[top : top + SIZE[0], left : left + SIZE[1]]
    photo, label, one, two = (m[box] for m in maps)
    return {
        "name": name,
        "row": int(top),
        "column": int(left),
        "pixels": int(pixels),
        "maps": (photo, label, one, two),
    }


def coloured(photo, label, prediction, classes):
    """The prediction over its photograph."""
    thin, given = np.isin(label, classes), np.isin(prediction, classes)
    gray = photo.mean(2, keepdims=True).repeat(3, 2) * 0.5 + 110
    picture = gray.clip(0, 255).astype(np.uint8)
    picture[thin & (label == prediction)] = FOUND
    picture[thin & (label != prediction)] = MISSED
    picture[~thin & given] = INVENTED
    return picture


def iou(label, prediction, classes):
    """Right pixels of the classes by all that have one of them, in percent."""
    any_of = np.isin([label, prediction], classes).any(0)
    right = (any_of & (label == prediction)).sum()
    return round(100 * right / max(1, any_of.sum()), 1)


def draw(rows, methods, classes, credit, path):
    """Photograph, label and the two predictions of every detail."""
    figure, axes = plt.subplots(len(rows), 4, figsize=(10, 2.95), squeeze=False)
    for line, row in zip(axes, rows):
        photo, label, *predictions = row["maps"]
        shown = [photo, coloured(photo, label, label, classes)]
        shown += [coloured(photo, label, p, classes) for p in predictions]
        for axis, picture in zip(line, shown):
            axis.imshow(picture, interpolation="nearest")
            axis.set_axis_off()
        for axis, value in zip(line[2:], row["iou"]):
            text = f"{value:.0f} %"
            box = {"facecolor": "white", "pad": 1.5, "edgecolor": "none"}
            axis.text(2, 9, text, fontsize=8, bbox=box)
    for axis, title in zip(axes[0], ["image", "label", *methods]):
        axis.set_title(title, fontsize=10)
    figure.subplots_adjust(0.005, 0.06, 0.995, 0.92, 0.02, 0.03)
    keys = [("found", FOUND), ("missed", MISSED), ("not in the label", INVENTED)]
    handles = [
        plt.Rectangle((0, 0), 1, 1, color=np.array(colour) / 255) for _, colour in keys
    ]
    figure.legend(
        handles,
        [name for name, _ in keys],
        loc="lower left",
        ncol=3,
        fontsize=8,
        frameon=False,
        borderpad=0,
        handlelength=1,
    )
    figure.text(0.995, 0.012, credit, fontsize=7, ha="right", color="#555555")
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", type=Path, help="folder of a study that has run")
    parser.add_argument("methods", nargs=2, help="two of its methods")
    parser.add_argument("--classes", nargs="+", help="names; default: the last class")
    parser.add_argument("--seed", type=int, default=0, help="whose networks")
    parser.add_argument(
        "--credit",
        default="CrackForest, Shi et al. 2016, non-commercial research",
        help="whose pictures they are",
    )
    args = parser.parse_args()
    study = Study.load(args.study)
    for method in args.methods:
        if method not in study.methods:
            raise UsageError(f"{method!r} is no method of this study: {study.methods}")
    classes = class_numbers(study, args.classes)
    rows = details(study, args.methods, args.seed, classes)
    for row in rows:
        _, label, *predictions = row["maps"]
        row["iou"] = [iou(label, p, classes) for p in predictions]
    draw(rows, args.methods, classes, args.credit, IMAGES / "first.png")
    for row in rows:
        del row["maps"]
    record = {"methods": args.methods, "classes": args.classes, "seed": args.seed}
    record["size"] = SIZE
    record["details"] = rows
    write_json(IMAGES / "first.json", record)


if __name__ == "__main__":
    run_tool(main)
