"""Does a laboratory number predict which operator a study finds better?

    python docs/lab_against_study.py docs/examples/crackforest_up

Writes lab_against_study.json and .png into the folder of the study (with --score massc
lab_against_study_massc.json and .png): for each number of `paddle_resample.lab`,
measured on the operators as they start, Spearman's rank correlation with the study's
mean score over the methods.

- Interval: Bonett and Wright (Psychometrika 2000), 95 %.
- p: exact over the orders of up to eight methods, else over 100,000 random ones; Holm
  over the numbers that were tried.
- Reliability: the correlation of two seeds' orders, stepped up to all seeds by Spearman
  and Brown. Not even a perfect number can be expected to correlate with a study's order
  by more than its square root.
"""

import argparse
import itertools
import json
import math
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import rankdata

from paddle_resample.errors import UsageError
from paddle_resample.files import write_json
from paddle_resample.lab import measure
from paddle_resample.study.interval import holm
from paddle_resample.study.plan import Study
from paddle_resample.study.report.method_style import method_styles
from paddle_resample.tool import run_tool

NUMBERS = (
    "bandwidth",
    "aliasing",
    "checkerboard",
    "checkerboard_noise",
    "shift_fine",
    "edge_width",
    "gradient_uneven",
    "nonlinearity",
)
_EXACT = 8  # methods; 40,320 orders
_RANDOM = 100_000
_Z = 1.959964


def compare(folder, score="miou"):
    """Measure the operators of a study and correlate.

    Args:
        folder: Path of a study with summary.json.
        score: key of the summary's measures.

    Returns:
        dict: "score", "methods" (name -> "score", "numbers"), "reliability" and "rows",
        a dict for each number: "number", "methods" (count), "correlation", "interval",
        "p", "p_corrected".

    Raises:
        UsageError: no summary, or fewer than four methods with one operator each.
    """
    study = Study.load(folder)
    path = folder / "summary.json"
    if not path.exists():
        raise UsageError(
            f"{str(folder)!r} holds no summary.json; tools/study.py --report_only "
            "writes it"
        )
    found = json.loads(path.read_text(encoding="utf-8"))["methods"]
    methods = {}
    for method, spec in _operators(study).items():
        measures = found[method]["measures"]
        if score in measures:
            numbers = measure(spec).numbers
            methods[method] = {
                "score": measures[score]["mean"],
                "per_seed": measures[score]["per_seed"],
                "numbers": {key: _value(numbers, key) for key in NUMBERS},
                "units": {key: numbers[key][1] for key in NUMBERS if key in numbers},
            }
    if len(methods) < 4:
        raise UsageError(f"{str(folder)!r}: a rank correlation needs four methods")
    rows = [row for key in NUMBERS if (row := _row(key, methods))]
    for row, p in zip(rows, holm([row["p"] for row in rows])):
        row["p_corrected"] = float(p)
    return {
        "study": folder.name,
        "score": score,
        "methods": methods,
        "reliability": reliability([m["per_seed"] for m in methods.values()]),
        "rows": rows,
    }


def _operators(study):
    """Method -> spec of its operator: dict."""
    operators = {}
    for cell in study.cells:
        specs = [value for key, value in cell.values.items() if key != "seed"]
        if len(specs) > 1:
            raise UsageError("the methods of this study differ in more than one spec")
        operators[cell.method] = specs[0]
    return operators


def _value(numbers, key):
    value = numbers.get(key, (None,))[0]
    return None if value is None or not math.isfinite(value) else float(value)


def _row(key, methods):
    """Of one number; None where it is defined for too few methods or never differs."""
    known = [m for m in methods.values() if m["numbers"][key] is not None]
    x = np.array([m["numbers"][key] for m in known])
    # Zeros that float64 left at 1e-17 are equal.
    x = np.round(x, 6)
    y = np.array([m["score"] for m in known])
    if len(known) < 4 or np.ptp(x) == 0:
        return None
    r = spearman(x, y)
    return {
        "number": key,
        "methods": len(known),
        "correlation": r,
        "interval": interval(r, len(known)),
        "p": permutation_p(x, y),
    }


def spearman(x, y):
    """Rank correlation, ties at their mean rank.

    >>> round(spearman([1, 2, 3, 4], [1, 3, 2, 4]), 6)
    0.8
    """
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])


def interval(r, count):
    """95 % interval of a rank correlation of `count` pairs: [low, high], or None of a
    perfect one, where the approximation has no width."""
    if abs(r) > 0.9999:
        return None
    z = math.atanh(r)
    half = _Z * math.sqrt((1 + r * r / 2) / (count - 3))
    return [math.tanh(z - half), math.tanh(z + half)]


def permutation_p(x, y):
    """Share of the orders of y that correlate with x as strongly, in either sense."""
    a = rankdata(x) - np.mean(rankdata(x))
    ranks = rankdata(y)
    if len(y) <= _EXACT:
        orders = np.array(list(itertools.permutations(ranks)))
    else:
        rng = np.random.default_rng(0)
        orders = rng.permuted(np.tile(ranks, (_RANDOM, 1)), axis=1)
        orders = np.vstack([ranks, orders])
    sums = np.abs(orders @ a)
    return float((sums >= abs(ranks @ a) - 1e-9).mean())


def reliability(per_seed):
    """Of the order of methods that a study's means give: float, or None.

    Args:
        per_seed: a list of scores, one a seed, for each method.
    """
    count = min(len(own) for own in per_seed)
    if count < 2:
        return None
    table = np.array([own[:count] for own in per_seed])
    pairs = itertools.combinations(range(count), 2)
    r = float(np.mean([spearman(table[:, i], table[:, j]) for i, j in pairs]))
    return max(0.0, count * r / (1 + (count - 1) * r)) if r > 0 else 0.0


def _words(row):
    text = f"{row['correlation']:+.2f}"
    if row["interval"]:
        low, high = row["interval"]
        text += f" [{low:+.2f}, {high:+.2f}]"
    return text.replace("-", "−")


def draw(result, styles, path):
    """One panel a number: the methods' scores over it."""
    rows = result["rows"]
    columns = 4
    lines = -(-len(rows) // columns)
    figure, axes = plt.subplots(
        lines, columns, figsize=(11, 2.7 * lines + 0.6), sharey=True, squeeze=False
    )
    for axis in axes.ravel()[len(rows) :]:
        axis.remove()
    for axis, row in zip(axes.ravel(), rows):
        key = row["number"]
        for name, method in result["methods"].items():
            value = method["numbers"][key]
            if value is not None:
                axis.scatter(
                    value,
                    100 * method["score"],
                    color=styles[name].colour,
                    marker=styles[name].marker,
                    label=name,
                    s=36,
                )
        axis.set_title(_words(row), fontsize=9)
        units = {m["units"].get(key) for m in result["methods"].values()} - {None, ""}
        unit = f" ({units.pop()})" if units else ""
        axis.set_xlabel(f"{key}{unit}", fontsize=9)
        axis.tick_params(labelsize=8)
        axis.grid(alpha=0.3)
    for line in axes:
        line[0].set_ylabel(f"{result['score']} (%)", fontsize=9)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncol=len(labels), fontsize=8)
    figure.tight_layout(rect=(0, 0.3 / figure.get_figheight(), 1, 1))
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", type=Path, help="folder of a study, with summary.json")
    parser.add_argument("--score", default="miou", help="a measure of the summary")
    args = parser.parse_args()
    result = compare(args.study, args.score)
    name = "lab_against_study" + ("" if args.score == "miou" else f"_{args.score}")
    write_json(args.study / f"{name}.json", result)
    study = Study.load(args.study)
    styles = method_styles(study.methods, study.baseline)
    draw(result, styles, args.study / f"{name}.png")
    for row in result["rows"]:
        print(
            f"{row['number']:20} {_words(row)}  "
            f"p {row['p']:.3f}, corrected {row['p_corrected']:.3f}"
        )
    print(f"reliability of the study's order: {result['reliability']}")


if __name__ == "__main__":
    run_tool(main)
