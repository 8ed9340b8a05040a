"""The numbers of every figure, as plain data; None where there is none."""

import bisect

import numpy as np

from ...files import finite
from ..curve import read_curve
from ..measures import MEASURES

__all__ = [
    "COSTS",
    "bands",
    "class_shares",
    "classes",
    "costs",
    "curves",
    "differences",
    "figures",
    "pareto",
    "thin",
]

# What a network costs -> factor to the unit shown.
COSTS = {
    "parameters": 1e-6,
    "macs": 1e-9,
    "latency_ms": 1.0,
    "peak_memory_mb": 1.0,
    "step_ms": 1.0,
    "seconds": 1.0,
}
_POINTS = 24  # of a curve, at most: as many as can be told apart


def figures(content):
    """All of them: dict, name -> numbers that JSON can hold."""
    return finite(
        {
            "differences": differences(content),
            "costs": costs(content),
            "curves": curves(content),
            "classes": classes(content),
            "shares": class_shares(content),
            "bands": bands(content),
            "thin": thin(content),
        }
    )


def differences(content):
    """Every method against the baseline, in percentage points of mIoU.

    Args:
        content: content.Content.

    Returns:
        list of dicts: "method", "difference", "interval", "simultaneous" (None with one
        seed), "seeds" (a value a seed).
    """
    rows = []
    for name in content.scored:
        score = content.measure(name)
        if "difference" in score:
            rows.append(
                {
                    "method": name,
                    "difference": 100 * score["difference"],
                    "interval": _percent(score["interval"]),
                    "simultaneous": _percent(score.get("interval_simultaneous")),
                    "seeds": _percent(score["differences"]),
                }
            )
    return rows


def costs(content):
    """Mean score and cost of every method.

    Returns:
        list of dicts: "method", "miou" and "deviation" (percent), and the keys of
        COSTS, in their units: means over seeds; "spread", key -> [low, high] of the
        measured times.
    """
    rows = []
    for name in content.scored:
        score = content.measure(name)
        row = {"method": name, "miou": 100 * score["mean"], "deviation": None}
        if score["deviation"] is not None:
            row["deviation"] = 100 * score["deviation"]
        for key, factor in COSTS.items():
            measured = [
                r if key == "seconds" else r["cost"] for r in content.results[name]
            ]
            values = [g[key] for g in measured if g.get(key) is not None]
            row[key] = factor * float(np.mean(values)) if values else None
        cost = content.results[name][0]["cost"]
        row["spread"] = {
            key: cost[kept]
            for key in COSTS
            if (kept := key.replace("_ms", "_spread_ms")) != key and kept in cost
        }
        rows.append(row)
    return rows


def pareto(rows, cost):
    """The methods that no other beats in score at no higher cost.

    Args:
        rows: of `costs`.
        cost: key of COSTS.

    Returns:
        list of rows, from the cheapest.

    >>> rows = [{"miou": 5, "macs": 2}, {"miou": 4, "macs": 3}, {"miou": 3, "macs": 1}]
    >>> [row["miou"] for row in pareto(rows, "macs")]
    [3, 5]
    """
    front = []
    known = [row for row in rows if row[cost] is not None]
    for row in sorted(known, key=lambda row: (row[cost], -row["miou"])):
        if not front or row["miou"] > front[-1]["miou"]:
            front.append(row)
    return front


def curves(content):
    """Validation mIoU and training loss over the iterations.

    Returns:
        dict: "miou" (percent) and "loss" -> method -> {"x", "mean", "low", "high"},
        over the seeds that have a point at x.
    """
    curves = {"miou": {}, "loss": {}}
    for name in content.scored:
        lines = [_curve(content, result) for result in content.results[name]]
        for key in curves:
            merged = _merge([line[key] for line in lines], smooth=key == "loss")
            if merged["x"]:
                curves[key][name] = merged
    return curves


def classes(content):
    """Scores class by class, in percent.

    Returns:
        dict: "names", and "iou" and "boundary_iou" -> method -> {"mean", "low",
        "high"}, lists with a value a class.
    """
    some = content.shown(content.scored[0])
    scores = {"names": some["class_names"], "iou": {}, "boundary_iou": {}}
    for key in ("iou", "boundary_iou"):
        for name in content.scored:
            scores[key][name] = _over_seeds(content.results[name], key)
    return scores


def class_shares(content):
    """What every class adds to a method's difference, in percentage points of mIoU.

    Returns:
        dict: "names" and "methods" -> list, a value a class; None without a
        comparison.
    """
    shares = {
        name: _percent(content.measure(name)["class_shares"])
        for name in content.scored
        if "class_shares" in content.measure(name)
    }
    names = content.shown(content.scored[0])["class_names"]
    return {"names": names, "methods": shares} if shares else None


def bands(content):
    """mIoU in bands around the true boundaries, in percent.

    Returns:
        dict: "widths" (pixels) and "methods" -> {"mean", "low", "high"}.
    """
    widths = content.shown(content.scored[0])["last"]["trimap_widths"]
    rows = {n: _over_seeds(content.results[n], "trimap_miou") for n in content.scored}
    return {"widths": widths, "methods": rows}


def thin(content):
    """Recall of thin structures by their width, in percent.

    Returns:
        dict as of `bands`; None where the data does not know widths.
    """
    if "thin_recall" not in content.shown(content.scored[0])["last"]:
        return None
    rows = {n: _over_seeds(content.results[n], "thin_recall") for n in content.scored}
    count = len(next(iter(rows.values()))["mean"])
    return {"widths": list(range(1, count + 1)), "methods": rows}


def other_measures(content):
    """Keys of the measures beside the primary one that this study has."""
    some = content.measure
    return [key for key in MEASURES if some(content.scored[0], key) and key != "miou"]


def _percent(values):
    return None if values is None else [100 * value for value in values]


def _over_seeds(results, key):
    """Mean, lowest and highest of a list of scores over seeds; None where no seed has
    a value."""
    table = np.array([result["last"][key] for result in results], dtype=np.float64)
    columns = [column[~np.isnan(column)] for column in 100 * table.T]
    return {
        name: [float(function(c)) if c.size else None for c in columns]
        for name, function in (("mean", np.mean), ("low", np.min), ("high", np.max))
    }


def _curve(content, result):
    """(iteration -> score, iteration -> loss) of one cell."""
    miou, loss = read_curve(content.cell_folder(result))
    return {"miou": {i: 100 * value for i, value in miou.items()}, "loss": loss}


def _merge(lines, smooth):
    """Mean, lowest and highest of several lines; of a smooth one, every point is the
    mean of the points up to it."""
    every = sorted(set().union(*lines))
    step = -(-len(every) // _POINTS) or 1
    xs = every[::-1][::step][::-1]  # the last point is one of them
    if smooth:
        lines = [_block_means(line, xs) for line in lines]
    merged = {"x": xs, "mean": [], "low": [], "high": []}
    for x in xs:
        values = [line[x] for line in lines if x in line]
        merged["mean"].append(float(np.mean(values)))
        merged["low"].append(min(values))
        merged["high"].append(max(values))
    return merged


def _block_means(line, xs):
    """x -> mean of the line's values behind the x before, up to this one."""
    blocks = {}
    for x, value in line.items():
        blocks.setdefault(xs[bisect.bisect_left(xs, x)], []).append(value)
    return {x: float(np.mean(values)) for x, values in blocks.items()}
