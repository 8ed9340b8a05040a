"""What stops a training, or makes it learn nothing, found before its first update."""

import copy

import numpy as np
import paddle
from paddleseg.datasets import Dataset
from PIL import Image

from ...errors import UsageError
from ...language import translated
from ..data.samples import Fault, Samples
from ..tensors import tensors_in

__all__ = [
    "check_labels",
    "check_loss",
    "check_reach",
    "check_schedule",
    "check_settings",
]

_LOOKED_AT = 100  # samples, spread over the data set


def check_settings(settings, config, say):
    """Refuse settings that contradict each other; half precision on a CPU is dropped.

    Args:
        settings: `settings.Settings`.
        config: `config.ResampleConfig`.
        say: whether to print a note on what is dropped.

    Raises:
        UsageError: they do.
    """
    if settings.precision == "fp16" and settings.device == "cpu":
        settings.precision = "fp32"
        if say:
            line = "note: Paddle has no mixed precision on a CPU; this run is fp32"
            print(translated(line))
    if settings.detect_anomaly and config.to_static_training:
        raise UsageError(
            "--detect_anomaly: a model that to_static_training has compiled cannot "
            "be looked into; set to_static_training to False"
        )
    if settings.patience is not None and not settings.do_eval:
        raise UsageError(
            "--patience counts evaluations and so needs --do_eval, which is missing"
        )


def check_labels(config, dataset, section="train_dataset"):
    """Find classes that no label holds.

    Args:
        config: `config.ResampleConfig`.
        dataset: a PaddleSeg data set.
        section: of the configuration, for the message.

    Returns:
        str, a note on the classes that a hundred samples do not hold, or None.

    Raises:
        UsageError: all labels hold one class and void, so there is nothing to tell
            apart.
    """
    seen, samples = set(), Samples(dataset, seed=0)
    count = min(_LOOKED_AT, len(dataset))
    classes = set(range(dataset.num_classes))
    for index in np.linspace(0, len(dataset) - 1, count).round().astype(int):
        sample = samples[0, int(index)]
        if isinstance(sample, Fault):
            continue  # the loader names it when it comes
        seen.update(np.unique(np.asarray(sample["label"])).tolist())
        if classes <= seen:
            return None
    absent = sorted(classes - seen - {dataset.ignore_index})
    if not absent:
        return None
    void = dataset.ignore_index
    if len(seen - {void}) < 2:
        seen = seen | _all_values(dataset)
    if len(seen - {void}) < 2:
        hint = f" ({void} is ignore_index)" if void in seen else ""
        raise UsageError(
            f"{config.where(section)}: the labels hold nothing but {_listed(seen)}"
            f"{hint}, so there is nothing to tell apart: {_classes(absent)} no pixel; "
            f"labels must hold class numbers, 0 to {dataset.num_classes - 1}"
        )
    return (
        f"{_classes(absent)} no pixel in the {count} of {len(dataset)} samples of "
        f"{section} looked at"
    )


def _all_values(dataset):
    """Every value in the label files, or in the samples where there are none."""
    values = set()
    if isinstance(dataset, Dataset):
        for _, label in dataset.file_list:
            try:
                with Image.open(label) as picture:
                    values.update(np.unique(np.asarray(picture)).tolist())
            except OSError:
                continue
            if len(values - {dataset.ignore_index}) > 1:
                break
        return values
    samples = Samples(dataset, seed=0)
    for index in range(len(dataset)):
        sample = samples[0, index]
        if not isinstance(sample, Fault):
            values.update(np.unique(np.asarray(sample["label"])).tolist())
        if len(values - {dataset.ignore_index}) > 1:
            break
    return values


def check_schedule(config, optimizer, start):
    """Find a learning rate that stays 0 to the end.

    Args:
        config: `config.ResampleConfig`.
        optimizer: whose schedule stands at iteration `start`.
        start: iterations already done.

    Returns:
        str, a note where the rate is 0 from some iteration on, or None.

    Raises:
        UsageError: it is 0 in all that are left.
    """
    schedule = optimizer._learning_rate
    if not isinstance(schedule, paddle.optimizer.lr.LRScheduler) or isinstance(
        schedule, paddle.optimizer.lr.ReduceOnPlateau
    ):
        return None
    schedule, last = copy.deepcopy(schedule), start
    for iteration in range(start + 1, config.iters + 1):
        if schedule() != 0:
            last = iteration
        schedule.step()
    if last == start:
        raise UsageError(
            f"{config.where('lr_scheduler')}: the learning rate is 0 from iteration "
            f"{start + 1} to the last, {config.iters}, so nothing would be trained; "
            "the schedule ends before the training does"
        )
    if last < config.iters - 1:
        return (
            f"the learning rate is 0 after iteration {last} of {config.iters}: the "
            "schedule ends before the training does"
        )
    return None


def check_loss(config, losses, terms, logits):
    """Find losses that say nothing about the logits, before the backward pass.

    Args:
        config: `config.ResampleConfig`.
        losses: dict of PaddleSeg's builder.
        terms: list of scalar Tensors, the weighted losses.
        logits: what the model returned.

    Returns:
        list of str, notes.

    Raises:
        UsageError: none of the losses depends on the logits.
    """
    outputs = [t for t in tensors_in(logits) if not t.stop_gradient]
    silent = [i for i, term in enumerate(terms) if not _depends(term, outputs)]
    if not silent:
        return []
    names = _loss_names(losses)
    named = len(names) == len(terms)
    told = [names[i] if named else f"loss {i}" for i in silent]
    if len(silent) == len(terms):
        raise UsageError(
            f"{config.where('loss')}: {_joined(told)} gives the model no gradient, "
            "so no weight would ever change; add a loss that does, as "
            "CrossEntropyLoss in a MixedLoss"
        )
    return [f"{name} gives the model no gradient and changes nothing" for name in told]


def check_reach(config, model):
    """Find a backward pass that reached no weight, behind it and before the update.

    Args:
        config: `config.ResampleConfig`.
        model: nn.Layer, its gradients computed.

    Raises:
        UsageError: no weight has a gradient.
    """
    free = [p for p in model.parameters() if not p.stop_gradient]
    if any(p.grad is not None for p in free):
        return
    what = "has no weight that may change" if not free else "has no weight it reaches"
    raise UsageError(
        f"{config.where('model')}: the loss of the first batch trains nothing: "
        f"{type(model).__name__} {what}"
    )


def _depends(term, outputs):
    if term.stop_gradient or not outputs:
        return False
    gradients = paddle.grad(term, outputs, retain_graph=True, allow_unused=True)
    return any(gradient is not None for gradient in gradients)


def _loss_names(losses):
    """One for each term, as PaddleSeg lists them."""
    names = []
    for loss in losses["types"]:
        parts = loss.losses if type(loss).__name__ == "MixedLoss" else [loss]
        names += [type(part).__name__ for part in parts]
    return names


def _classes(numbers):
    listed = _joined([str(n) for n in numbers[:8]] + ["others"] * (len(numbers) > 8))
    return f"class {listed} has" if len(numbers) == 1 else f"classes {listed} have"


def _listed(values):
    return _joined([str(v) for v in sorted(values)]) or "no value"


def _joined(words):
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
