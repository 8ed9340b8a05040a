"""One cell of a study, in a process of its own.

    python -m paddle_resample.study.cell STUDY_FOLDER CELL_NAME

It trains as tools/train.py does, continues where an earlier try stopped, and scores
the last checkpoint image by image.
"""

import contextlib
import ctypes
import json
import signal
import sys
from pathlib import Path

import paddle

from ..base import Upsampler
from ..cpu import tune_cpu
from ..files import write_json, writing_folder
from ..kernels.networks import use_native_layers
from ..metrics import ImageScores
from ..network_cost import count_macs, count_parameters, peak_memory
from ..seg.checkpoints.checkpoint import find_checkpoint
from ..seg.checkpoints.weights import load_weights
from ..seg.config.class_names import class_names
from ..seg.config.components import Components
from ..seg.device import choose_device, world_size
from ..seg.evaluation import (
    add_shift_consistency,
    evaluate,
    inference_options,
    predict,
)
from ..seg.prediction.outputs import save_mask
from ..seg.prediction.palette import palette_of
from ..seg.prediction.pictures import pictures
from ..seg.training.record import describe_run
from ..seg.training.trainer import Settings, Trainer
from ..tool import run_tool
from .plan import Study
from .start import take_start

__all__ = ["RESULT", "cell_folder", "run_cell", "run_logged", "start_path"]

RESULT = "result.json"
_MEMORY = "memory.json"


def cell_folder(study, cell):
    """Where a cell keeps its files: Path."""
    return study.folder / "cells" / cell.name


def start_path(study, seed):
    """Where the initial weights of a seed are kept: Path."""
    return study.folder / "start" / f"seed={seed}.npz"


def run_cell(folder, name):
    """Train and score one cell, or what is missing of it.

    Args:
        folder: of the study.
        name: of the cell.

    Returns:
        dict: the cell's result, also in its result.json; empty in a process that only
        helped to train.

    Raises:
        UsageError, RunFailed: as `seg.training.trainer.Trainer`.
    """
    study = Study.load(folder)
    cell = study.cell(name)
    save_dir = cell_folder(study, cell)
    settings = Settings(
        save_dir=str(save_dir),
        device=choose_device(study.device, study.num_workers),
        seed=cell.seed,
        do_eval=True,
        resume_model="auto",
        save_interval=study.save_interval,
        num_workers=study.num_workers,
        keep_checkpoint_max=1,
        precision=study.precision,
    )
    components = Components(study.config(cell))
    trainer = Trainer(components, settings)
    shared, own = take_start(trainer.model, start_path(study, cell.seed))
    print(f"{len(shared)} tensors start as in every cell of this seed, {len(own)} own")
    if not _finished(save_dir, trainer.iters):
        trainer.run()
        if trainer.first:
            write_json(save_dir / _MEMORY, {"peak_memory_mb": peak_memory()})
    if world_size() > 1:
        return {}  # scored by a process alone
    return _score(study, cell, trainer, components)


def run_logged(folder, name):
    """`run_cell` in a worker that others started: what it prints goes to the cell's
    log.txt.

    Args:
        folder, name: as `run_cell`.

    Returns:
        dict: the cell's result.
    """
    study = Study.load(folder)
    target = cell_folder(study, study.cell(name))
    target.mkdir(parents=True, exist_ok=True)
    with open(target / "log.txt", "a", encoding="utf-8") as log:
        with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
            tune_cpu()
            use_native_layers()
            return run_cell(folder, name)


def _finished(save_dir, iters):
    newest = find_checkpoint(save_dir)
    return newest is not None and newest.name == f"iter_{iters}"


def _score(study, cell, trainer, components):
    save_dir = cell_folder(study, cell)
    model, dataset = trainer.model, trainer.val_dataset
    load_weights(model, save_dir / f"iter_{trainer.iters}")
    scores = ImageScores(dataset.num_classes, dataset.ignore_index)
    evaluate(
        model,
        dataset,
        batch_size=trainer.config.batch_size,
        num_workers=study.num_workers,
        precision=study.precision,
        test_config=trainer.config.test_config,
        image_scores=scores,
    )
    notes = _notes(model)
    if study.shift_consistency:
        notes += _add_shift_consistency(study, model, dataset, scores)
    scores.save(save_dir / "images.npz")
    size = _write_predictions(study, trainer, components, save_dir / "predictions")
    training = _read(save_dir / "scores.json")
    run = describe_run()
    result = {
        "cell": cell.name,
        "folder": f"cells/{cell.name}",
        "values": cell.values,
        "method": cell.method,
        "seed": cell.seed,
        "status": "done",
        "error": None,
        "iterations": trainer.iters,
        "seconds": round(_training_seconds(save_dir), 2),
        "last": scores.summary(),
        "best": training["best"],
        "class_names": class_names(trainer.config, dataset),
        "cost": {
            "parameters": count_parameters(model),
            "macs": count_macs(model, size),
            "input_size": list(size),
            **_read(save_dir / _MEMORY),
        },
        "notes": notes,
        "versions": run["versions"],
        "imports": run["imports"],
    }
    write_json(save_dir / RESULT, result)
    return result


def _add_shift_consistency(study, model, dataset, scores):
    """Measure mASSC; returns why not, of a network that takes images of one size."""
    count = len(scores.names)
    done = 0

    def say():
        # A cell that prints nothing for long counts as stalled.
        nonlocal done
        done += 1
        if done % max(1, count // 20) == 0:
            print(f"shift consistency: {done} of {count} images", flush=True)

    try:
        add_shift_consistency(model, dataset, scores, study.precision, on_image=say)
    except ValueError as error:
        return [f"mASSC is not measured: {error}"]
    return []


def _training_seconds(save_dir):
    """Training time of all tries, from the curve; evaluation is not in it."""
    total, before = 0.0, 0
    for line in (save_dir / "curve.jsonl").read_text(encoding="utf-8").splitlines():
        point = json.loads(line)
        if "batch_seconds" in point:
            total += (point["iteration"] - before) * point["batch_seconds"]
            before = point["iteration"]
    return total


def _read(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _write_predictions(study, trainer, components, folder):
    """Predict the study's pictures into a folder.

    Returns:
        (height, width) of the first picture as the network sees it.
    """
    palette = palette_of(components)
    options = inference_options(trainer.config.test_config)
    size = None
    with writing_folder(folder) as new, paddle.no_grad():
        shown = pictures(components, count=study.pictures).each
        for number, picture in enumerate(shown):
            image = paddle.to_tensor(picture.inputs["img"][None])
            size = size or image.shape[2:]
            labels = predict(
                trainer.model, image, picture.inputs["trans_info"], **options
            )
            save_mask(new / f"{number:03}.png", labels[0], palette)
    return size


def _notes(model):
    """What a reader of the comparison must know of this cell."""
    fusing = sorted(
        {
            layer.name
            for layer in model.sublayers()
            if isinstance(layer, Upsampler) and layer.fuses_guide
        }
    )
    return [f"{name} fuses its guide: more than upsampling" for name in fusing]


def _end_with_parent():
    """A study that is killed takes its cells along: started again, it would train them
    beside the old ones. (Linux; elsewhere they end by themselves.)"""
    if sys.platform == "linux":
        set_death_signal = 1  # PR_SET_PDEATHSIG of sys/prctl.h
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


def main():
    _end_with_parent()
    folder, name = sys.argv[1:]
    run_cell(Path(folder), name)


if __name__ == "__main__":
    run_tool(main, "en")  # its log and record are read by the study
