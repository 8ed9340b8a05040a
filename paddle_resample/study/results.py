"""The results of a study: one JSON line for every cell that ended."""

import json
import os
from pathlib import Path

from ..files import finite

__all__ = ["RESULTS", "TIMING", "add_result", "failure", "read_results", "read_timing"]

RESULTS = "results.jsonl"
TIMING = "timing.json"  # see `timing.time_methods`


def add_result(folder, result):
    """Append the line of a cell; behind half a line that a crash left, on a new one.

    Args:
        folder: of the study.
        result: dict that JSON can hold, with "cell" and "status".
    """
    line = json.dumps(finite(result), ensure_ascii=False) + "\n"
    with open(Path(folder) / RESULTS, "ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else "\n" + line
        file.write(line.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())


def read_timing(folder):
    """What timing.json holds: dict "where" and "methods", see `timing.time_methods`;
    both are empty where nothing was measured."""
    path = Path(folder) / TIMING
    times = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if "methods" not in times:  # an older version kept the methods alone
        times = {"where": {}, "methods": times}
    return times


def failure(cell, reason):
    """The result of a cell that did not come to its end.

    Args:
        cell: plan.Cell.
        reason: one sentence.

    Returns:
        dict.
    """
    return {
        "cell": cell.name,
        "folder": f"cells/{cell.name}",
        "values": cell.values,
        "method": cell.method,
        "seed": cell.seed,
        "status": "failed",
        "error": reason,
    }


def read_results(folder):
    """The newest line of every cell.

    Args:
        folder: of the study.

    Returns:
        dict: cell name -> result, in the order the cells first ended, with the latency
        that was measured for its method. A line that a crash cut off is passed over.
    """
    path = Path(folder) / RESULTS
    times = read_timing(folder)["methods"]
    results = {}
    if not path.exists():
        return results
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            result = json.loads(line)
        except ValueError:
            continue
        if "cost" in result:
            result["cost"].update(times.get(result["method"], {}))
        results[result["cell"]] = result
    return results
