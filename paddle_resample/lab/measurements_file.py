"""What is kept of many measurements: every number as JSON."""

import math
from dataclasses import asdict

import paddle

from ..files import usable_folder, write_json
from ..seg.training.record import describe_run
from .figures.operator_page import file_stem
from .measurements.field import FIELD

__all__ = ["save_lab"]


def save_lab(lab, folder, seed):
    """Write lab.json, the numbers of all operators and how they came about.

    Args:
        lab: Lab.
        folder: to write into, made if needed.
        seed: of the weights.

    Returns:
        Path. Run again on the same machine, only its `run` differs.
    """
    rows = []
    for row in lab.rows:
        kept = row.as_json(arrays=False)
        kept["not_defined"] = [k for k, v in row.numbers.items() if math.isnan(v[0])]
        kept["page"] = f"{file_stem(row.label)}.png"
        kept["arrays"] = f"{file_stem(row.label)}.json"
        rows.append(kept)
    record = {
        "field": asdict(FIELD),
        "seed": seed,
        "stopped_early": lab.stopped,
        "rows": rows,
        "left_out": lab.left_out,
        "run": describe_run(device=paddle.get_device(), seed=seed),
    }
    path = usable_folder(folder) / "lab.json"
    write_json(path, record)
    return path
