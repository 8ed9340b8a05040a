"""Keep what a study's loss, learning rate and length were chosen by.

    python docs/pilot_choices.py output/choices/* --out output/pilot/choices.jsonl

Every folder is a training of `tools/train.py --do_eval`; a line of the file is its
iterations, loss, schedule, learning rate, seed and mIoU at each evaluation.
docs/publish_study.py copies the file, and the page of findings shows it.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import yaml

from paddle_resample.study.curve import last_rise, read_curve
from paddle_resample.study.verdict import signed
from paddle_resample.tool import run_tool


def read_choice(folder):
    """A training's settings and curve, as a line of choices.jsonl."""
    config = yaml.safe_load((folder / "config.yml").read_text(encoding="utf-8"))
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    miou, _ = read_curve(folder)
    return {
        "iterations": config["iters"],
        "loss": " + ".join(_losses(config["loss"]["types"])),
        "learning_rate": config["lr_scheduler"]["learning_rate"],
        "schedule": config["lr_scheduler"]["type"],
        "seed": run["settings"]["seed"],
        "miou": {str(step): miou[step] for step in sorted(miou)},
    }


def _losses(types):
    """Names of losses; a mixed one is those that it mixes."""
    for loss in types:
        yield from _losses(loss["losses"]) if "losses" in loss else [loss["type"]]


def choices(path):
    """Means over the seeds, a row for every choice.

    Args:
        path: of a choices.jsonl.

    Returns:
        list of dicts of texts: "loss", "schedule", "iterations", "rate", "miou" (%, at
        the end) and "rise" (points, over the last fifth).
    """
    groups = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        run = json.loads(line)
        key = (run["loss"], run["schedule"], run["iterations"], run["learning_rate"])
        groups.setdefault(key, []).append(run)
    return [_row(*key, groups[key]) for key in sorted(groups)]


def _row(loss, schedule, iterations, rate, runs):
    curves = [{int(k): v for k, v in run["miou"].items()} for run in runs]
    return {
        "loss": loss,
        "schedule": schedule,
        "iterations": str(iterations),
        "rate": str(rate),
        "miou": f"{100 * np.mean([curve[iterations] for curve in curves]):.1f}",
        "rise": signed(100 * np.mean([last_rise(curve) for curve in curves]), 1),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="choices.jsonl")
    args = parser.parse_args()
    lines = [json.dumps(read_choice(folder)) for folder in args.folders]
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"written: {args.out}")


if __name__ == "__main__":
    run_tool(main)
