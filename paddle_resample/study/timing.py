"""Times of a study's networks, measured alone and in turn after the cells have ended.

python -m paddle_resample.study.timing STUDY_FOLDER
"""

import os
import platform
import sys
from pathlib import Path

import paddle

from ..files import write_json
from ..network_cost import interleaved_latency, interleaved_times
from ..seg.config.components import Components
from ..seg.data.loading import training_loader
from ..seg.device import choose_device
from ..seg.training.step import Step
from ..tool import run_tool
from .plan import Study
from .results import TIMING, read_results

__all__ = ["processor", "time_methods"]

_STEPS = 15  # training steps of each method that are measured
_CPUINFO = Path("/proc/cpuinfo")


def time_methods(folder):
    """Measure every method that has a finished cell, and write timing.json.

    Args:
        folder: of the study.

    Returns:
        dict: "where" ("processor", "threads", "device", "batch_size", "precision") and
        "methods": name -> "latency_ms" and "latency_spread_ms" of one image of the
        validation size, "step_ms" and "step_spread_ms" of a training step on one
        batch; the spreads reach from the first to the third quarter.
    """
    study = Study.load(folder)
    choose_device(study.device)
    components, size = {}, None
    cells = {cell.name: cell for cell in study.cells}
    for name, result in read_results(folder).items():
        method = result.get("method")
        if result["status"] != "done" or method in components or name not in cells:
            continue
        components[method] = Components(study.config(cells[name]))
        size = result["cost"]["input_size"]
    if not components:
        return {}
    paddle.seed(0)
    models = {name: own.need("model") for name, own in components.items()}
    methods = interleaved_latency(models, size)
    for name, (median, spread) in _time_steps(study, components).items():
        methods[name].update(step_ms=median, step_spread_ms=spread)
    where = {
        "processor": processor(),
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "device": study.device,
        "batch_size": next(iter(components.values())).config.batch_size,
        "precision": study.precision,
    }
    times = {"where": where, "methods": methods}
    write_json(Path(folder) / TIMING, times)
    return times


def processor():
    """Name of what computes: the GPU's, or else the processor's."""
    if paddle.get_device().startswith("gpu"):
        return paddle.device.cuda.get_device_name()
    if _CPUINFO.exists():
        for line in _CPUINFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _time_steps(study, components):
    actions = {}
    for name, own in components.items():
        model = own.need("model")
        model.train()
        step = Step(model, own.need("loss"), own.need("optimizer"), study.precision)
        dataset, size = own.need("train_dataset"), own.config.batch_size
        batch = next(iter(training_loader(dataset, size, seed=0, start=0, stop=1)))
        actions[name] = lambda step=step, batch=batch: step(batch)
    return interleaved_times(actions, rounds=_STEPS, warmup=1)


if __name__ == "__main__":
    run_tool(lambda: time_methods(sys.argv[1]), "en")
