"""Latency of a study's networks, measured in turn in one process.

python -m paddle_resample.study.timing STUDY_FOLDER
"""

import sys
from pathlib import Path

import paddle

from ..files import write_json
from ..network_cost import interleaved_latency
from ..seg.config.components import Components
from ..seg.device import choose_device
from ..tool import run_tool
from .plan import Study
from .results import TIMING, read_results

__all__ = ["time_methods"]


def time_methods(folder):
    """Measure every method that has a finished cell, and write timing.json.

    Args:
        folder: of the study.

    Returns:
        dict: method -> {"latency_ms", "latency_spread_ms"}, one image of the
        validation size; threads as this process has them.
    """
    study = Study.load(folder)
    choose_device(study.device)
    models, size = {}, None
    cells = {cell.name: cell for cell in study.cells}
    for name, result in read_results(folder).items():
        method = result.get("method")
        if result["status"] != "done" or method in models or name not in cells:
            continue
        paddle.seed(0)
        models[method] = Components(study.config(cells[name])).need("model")
        size = result["cost"]["input_size"]
    times = interleaved_latency(models, size) if models else {}
    write_json(Path(folder) / TIMING, times)
    return times


if __name__ == "__main__":
    run_tool(lambda: time_methods(sys.argv[1]))
