"""python -m paddle_resample check CONFIG: what would happen, before hours are spent."""

import copy
import statistics
import time
from pathlib import Path

import numpy as np
import paddle
from rich.console import Console

from ..errors import UsageError
from ..language import padded, translated
from ..network_cost import count_macs, count_parameters, peak_memory
from .config.components import Components
from .config.config import ResampleConfig, config_faults
from .data.loading import training_loader
from .device import choose_device
from .evaluation import evaluate
from .progress import RunDisplay, duration
from .sites import network_sites, print_whole, sites_table
from .training.start_check import check_labels, check_schedule
from .training.step import Step, compiled

__all__ = ["check_config", "dry_run", "print_check"]

_STEPS = 3  # iterations that are run; the first one warms up
_SLOW = 5.0  # seconds of an iteration after which a line says that there is progress
_BASES = "_base_"


def print_check(path, opts=None, device=None, with_data=True):
    """Check a configuration and print what training it would mean.

    Args:
        path: of the .yml file. Of one in a folder `_base_`, which holds parts of
            configurations, only keys and values are checked.
        opts, device: as after --opts and --device of tools/train.py.
        with_data: read one batch of the real data; else noise of its size is used.

    Raises:
        UsageError: anything that would stop the training; several mistakes are printed
            before, one a line.
    """
    check_config(path, opts)
    console = Console(soft_wrap=True)
    if Path(path).parent.name == _BASES:
        text = "keys and values are right; a base for others, so nothing is built"
        console.print(f"{path}: {translated(text)}", highlight=False)
        return
    facts = dry_run(path, opts, device, with_data)
    for name, text in _lines(facts):
        line = padded(translated(name), 12) + translated(text)
        console.print(line, highlight=False, markup=False)
    if facts["sites"]:
        print_whole(sites_table("Resamplers", facts["sites"]))
    said = f"{path} can be trained (check-data reads every image and label)"
    console.print(translated(said), highlight=False)


def check_config(path, opts=None):
    """Check keys and values; nothing is built.

    Args:
        path, opts: see `print_check`.

    Raises:
        UsageError: the one mistake there is, or their number after all were printed.
    """
    complete = Path(path).parent.name != _BASES
    faults = config_faults(path, opts, complete)
    if len(faults) == 1:
        raise UsageError(faults[0])
    if faults:
        print("\n".join(map(translated, faults)))
        raise UsageError(f"{path} has {len(faults)} mistakes, listed above")


def dry_run(path, opts=None, device=None, with_data=True):
    """Build everything and train for a moment.

    Args:
        path, opts, device, with_data: see `print_check`.

    Returns:
        dict: model, parameters, macs (of one image of `size`), size [H, W], sites
        (list of dict; a Resampled model's bear the names that its configuration uses),
        samples, val_samples, batch_size, batches_per_epoch, epochs, iters, losses (of
        the first batch), learning_rate (of the first iteration), first_seconds,
        step_seconds, data_seconds, val_seconds (an image), seconds (of the whole
        training), megabytes, device.

    Raises:
        UsageError, RunFailed: as the training would.
    """
    config = ResampleConfig(path, opts=opts)
    facts = {"device": choose_device(device), "iters": config.iters}
    facts["batch_size"] = config.batch_size
    components = Components(config)
    paddle.seed(0)
    model = components.need("model")
    losses, optimizer = components.need("loss"), components.need("optimizer")
    facts["model"] = config.dic["model"]["type"]
    facts["learning_rate"] = float(optimizer.get_lr())
    batch = _batch(components, facts) if with_data else _noise(config, facts)
    facts["size"] = list(batch["img"].shape[2:])
    facts["parameters"] = count_parameters(model)
    channels = batch["img"].shape[1]
    try:
        facts["macs"] = count_macs(model, facts["size"], channels)
    except UsageError as error:
        raise UsageError(f"{config.where('model')}: {error}") from None
    notes = [check_schedule(config, optimizer, 0)]
    if with_data:
        notes.append(check_labels(config, components.need("train_dataset")))
    forward = compiled(model, config)
    step = Step(model, losses, optimizer, parallel=forward, config=config)
    taken = []
    with RunDisplay("try", _STEPS) as display:
        for number in range(1, _STEPS + 1):
            began = time.perf_counter()
            model.train()
            values = step(batch)
            taken.append(time.perf_counter() - began)
            facts.setdefault("losses", values)
            display.advance()
            if taken[-1] > _SLOW:
                took = duration(taken[-1])
                display.line(f"iteration {number} of {_STEPS} took {took}")
    facts["notes"] = [note for note in (*notes, *step.take_notes()) if note]
    facts["first_seconds"] = taken[0]
    facts["step_seconds"] = statistics.median(taken[1:])
    facts["megabytes"] = peak_memory()
    facts["sites"] = network_sites(model)
    if with_data and "val_dataset" in config.dic:
        _evaluate_one(model, components, config, facts)
    waited = facts.get("data_seconds", 0.0)
    facts["seconds"] = config.iters * (facts["step_seconds"] + waited)
    return facts


def _batch(components, facts):
    """The first batch that training would take."""
    config, dataset = components.config, components.need("train_dataset")
    batches = training_loader(dataset, config.batch_size, 0, 0, 1)
    batch = next(batches)
    batches.close()
    facts["samples"] = len(dataset)
    facts["data_seconds"] = batch["waited"]
    facts["batches_per_epoch"] = len(dataset) // config.batch_size
    facts["epochs"] = config.iters / facts["batches_per_epoch"]
    return batch


def _noise(config, facts):
    height, width = _size(config.dic)
    rng = np.random.default_rng(0)
    model = config.dic["model"]
    channels = model.get("in_channels")
    shape = (config.batch_size, channels if isinstance(channels, int) else 3)
    classes = model.get("num_classes", 2)
    labels = rng.integers(0, classes, size=(config.batch_size, height, width))
    images = rng.normal(size=(*shape, height, width)).astype("float32")
    batch = {"img": paddle.to_tensor(images), "label": paddle.to_tensor(labels)}
    if config.dic["train_dataset"].get("edge"):
        batch["edge"] = paddle.to_tensor((labels == 0).astype("int64"))
    return batch


def _size(dic):
    """(H, W) that the training images have after their transforms."""
    data = dic["train_dataset"]
    size = data.get("size")
    for transform in data.get("transforms") or data.get("common_transforms") or []:
        for key in ("crop_size", "target_size", "size"):
            size = transform.get(key, size)
    if isinstance(size, int):
        return size, size
    return (size[1], size[0]) if size else (512, 512)


def _evaluate_one(model, components, config, facts):
    dataset = components.need("val_dataset")
    facts["val_samples"] = len(dataset)
    if not getattr(dataset, "file_list", None):
        return
    one = copy.copy(dataset)
    one.file_list = dataset.file_list[:1]
    scores = evaluate(model, one, batch_size=1, test_config=config.test_config)
    facts["val_seconds"] = 1 / scores["images_per_second"]


def _lines(facts):
    height, width = facts["size"]
    yield (
        "model",
        f"{facts['model']}: {facts['parameters'] / 1e6:.2f} M parameters, "
        f"{facts['macs'] / 1e9:.2f} G multiply-accumulates an image of {height}x{width}"
        " (convolutions, linear layers and resamplers)",
    )
    if "samples" in facts:
        yield (
            "data",
            f"{facts['samples']} training samples, {facts['batches_per_epoch']} batches"
            f" of {facts['batch_size']} an epoch; "
            f"{facts.get('val_samples', 'no')} for evaluation",
        )
        epochs = f" = {facts['epochs']:.1f} epochs"
    else:
        yield "data", f"not read; noise in batches of {facts['batch_size']}"
        epochs = ""
    first = ", ".join(f"{value:.3f}" for value in facts["losses"])
    yield (
        "training",
        f"{facts['iters']} iterations{epochs}, the first at learning rate "
        f"{facts['learning_rate']:.2e}; loss of the first batch {first}",
    )
    reading = evaluation = ""
    if "data_seconds" in facts:
        reading = f", {facts['data_seconds']:.3f} s to read its batch without workers"
    if "val_seconds" in facts:
        whole = duration(facts["val_seconds"] * facts["val_samples"])
        evaluation = f"; an evaluation {whole}"
    yield (
        "time",
        f"{facts['step_seconds']:.3f} s an iteration "
        f"(the first {facts['first_seconds']:.3f} s){reading}; "
        f"about {duration(facts['seconds'])} in all on {facts['device']}{evaluation}",
    )
    for note in facts["notes"]:
        yield "note", note
    yield "memory", f"about {facts['megabytes']:.0f} MB at most while training"
