"""Publish a study: copy what its report is rebuilt from, and write that report, small.

    python docs/publish_study.py output/crackforest_up docs/examples/crackforest_up \\
      --crop 96 --source "CrackForest, Shi et al. 2016"

Of the seeds that every method has finished, the plan, the results, what was counted on
every image, and the curves without the loss of most iterations are kept; weights are
not. Where terms allow no whole pictures, --crop keeps a square detail of each, the one
with most pixels of the rarest class, and --source says in its name whose it is. Paths
of the machine become relative. `tools/study.py --report_only --save_dir FOLDER` writes
the report again.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from paddle_resample.errors import UsageError
from paddle_resample.files import write_json
from paddle_resample.study.plan import Study
from paddle_resample.study.report import write_report
from paddle_resample.study.results import add_result, read_results
from paddle_resample.study.statistics import summarise
from paddle_resample.tool import run_tool

FILES = ("timing.json", "threads.json", "ceiling.json", "plan.txt", "choices.jsonl")
LOSSES = 40  # iterations between those that are kept


def publish(source, target, crop=0, pictures=4, owner=None, report=True):
    """Write the published form of a study.

    Args:
        source, target: Paths of folders; target must be new or a former copy.
        crop: side of the detail of every picture; 0 keeps whole pictures.
        pictures: how many are kept, at most.
        owner: whose pictures they are; stands in their names.
        report: whether pictures and a report are wanted beside the numbers.
    """
    study = Study.load(source)
    if target.exists():
        if not (target / "study.json").exists():
            raise UsageError(f"{str(target)!r} exists and holds no study")
        shutil.rmtree(target)
    target.mkdir(parents=True)
    for name in FILES:
        if (source / name).exists():
            shutil.copy(source / name, target)
    done = [r for r in read_results(source).values() if r["status"] == "done"]
    seeds = complete_seeds(study, done)
    done = [r for r in done if r["seed"] in seeds]
    record = json.loads((source / "study.json").read_text(encoding="utf-8"))
    record["study"]["vary"]["seed"] = seeds
    names = {result["cell"] for result in done}
    record["cells"] = [cell for cell in record["cells"] if cell["name"] in names]
    write_json(target / "study.json", record)
    _without_paths(target / "study.json")
    for result in done:
        add_result(target, result)
        own = target / result["folder"]
        own.mkdir(parents=True)
        shutil.copy(source / result["folder"] / "images.npz", own)
        lines = (source / result["folder"] / "curve.jsonl").read_text(encoding="utf-8")
        kept = [line for line in lines.splitlines(keepends=True) if _kept(line)]
        (own / "curve.jsonl").write_text("".join(kept), encoding="utf-8")
    if report:
        cells = [r["folder"] for r in done if r["seed"] == seeds[0]]
        _copy_pictures(source, target, cells, crop, pictures, owner)
        write_report(target)
        for path in (target / "paper").glob("*.pdf"):
            path.unlink()
    else:
        summarise(target)
    if (target / "ceiling.json").exists():
        _without_paths(target / "ceiling.json")


def complete_seeds(study, done):
    """The seeds that every method has finished: list of int.

    Raises:
        UsageError: there is none.
    """
    finished = {(result["method"], result["seed"]) for result in done}
    seeds = [
        seed
        for seed in study.vary["seed"]
        if all((method, seed) in finished for method in study.methods)
    ]
    if not seeds:
        raise UsageError(f"{str(study.folder)!r}: no seed is finished by every method")
    return seeds


def _without_paths(path):
    """Absolute paths of the command that a file records become relative ones."""
    record = json.loads(path.read_text(encoding="utf-8"))
    words = record["run"]["command"]
    for number, word in enumerate(words):
        if word.startswith("/"):
            _, package, inside = word.rpartition("/paddle_resample/")
            words[number] = (
                f"paddle_resample/{inside}" if package else f"output/{path.parent.name}"
            )
    write_json(path, record)


def _kept(line):
    point = json.loads(line)
    return "loss" not in point or point["iteration"] % LOSSES == 0


def _copy_pictures(source, target, cells, crop, count, owner):
    record = json.loads((source / "pictures" / "pictures.json").read_text("utf-8"))
    record["names"] = record["names"][:count]
    (target / "pictures").mkdir()
    for cell in cells:
        (target / cell / "predictions").mkdir()
    for number in range(len(record["names"])):
        label = f"pictures/{number:03}_label.png"
        truth = np.asarray(Image.open(source / label))
        box = rarest_square(truth, crop, record["ignore_index"]) if crop else None
        for name in [
            f"pictures/{number:03}_image.png",
            label,
            *(f"{cell}/predictions/{number:03}.png" for cell in cells),
        ]:
            with Image.open(source / name) as picture:
                picture.crop(box).save(target / name, optimize=True)
    if owner:
        kind = "detail; " if crop else ""
        record["names"] = [f"{name} ({kind}{owner})" for name in record["names"]]
    write_json(target / "pictures" / "pictures.json", record)


def rarest_square(label, side, ignore_index):
    """The square that holds most pixels of the label's rarest class.

    Returns:
        (left, top, right, bottom), as Pillow crops.
    """
    values, counts = np.unique(label[label != ignore_index], return_counts=True)
    wanted = label == values[counts.argmin()]
    sums = np.pad(wanted.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    height, width = (min(side, n) for n in label.shape)
    held = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width]
    held = held + sums[:-height, :-width]
    top, left = np.unravel_index(held.argmax(), held.shape)
    return left, top, left + width, top + height


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", type=Path, help="folder of a study that has run")
    parser.add_argument("target", type=Path, help="folder to write")
    parser.add_argument("--crop", type=int, default=0, help="pixels a side; 0: whole")
    parser.add_argument("--pictures", type=int, default=4, help="kept at most")
    parser.add_argument("--source", help="whose pictures they are")
    parser.add_argument("--numbers_only", action="store_true", help="no report")
    args = parser.parse_args()
    publish(
        args.study,
        args.target,
        args.crop,
        args.pictures,
        args.source,
        not args.numbers_only,
    )


if __name__ == "__main__":
    run_tool(main)
