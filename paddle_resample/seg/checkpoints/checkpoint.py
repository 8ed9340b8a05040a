"""The whole state of a training run, saved at once or not at all."""

import json
import os
import re
import zlib
from pathlib import Path

import paddle

from ...errors import UsageError
from ...files import discard_folder, settle, writing, writing_folder
from ...language import translated
from ..device import rank
from .weights import load_weights, read_state

__all__ = [
    "find_checkpoint",
    "load_checkpoint",
    "remove_old",
    "save_checkpoint",
    "save_weights",
    "settle_run",
]

_OURS = re.compile(
    r"iter_\d+|(ema_)?best_model|config\.yml|probe|(run|scores|iter_.+)\.json"
)

# What tells the states of Paddle's optimizers apart.
_ACCUMULATORS = ("velocity", "moment1", "moment", "mean_square", "_avg_squared_grad")


def save_checkpoint(folder, model, optimizer, progress, ema_model=None):
    """Write model.pdparams, model.pdopt, ema_model.pdparams and progress.json.

    The folder appears only when all of them are complete. The random state needs no
    file: order, augmentation and dropout of an iteration follow from (seed, iteration).

    Args:
        folder: path of the checkpoint, `.../iter_N`.
        model, ema_model: nn.Layer, the latter may be None.
        optimizer: whose state holds the learning rate schedule too.
        progress: dict that JSON can hold: iteration, best score and so on.
    """
    with writing_folder(folder) as new:
        paddle.save(model.state_dict(), str(new / "model.pdparams"))
        paddle.save(optimizer.state_dict(), str(new / "model.pdopt"))
        if ema_model is not None:
            paddle.save(ema_model.state_dict(), str(new / "ema_model.pdparams"))
        names = {key: p.name for key, p in model.named_parameters()}
        sums = {path.name: _sum(path) for path in new.iterdir()}
        with writing(new / "progress.json") as file:
            kind = type(optimizer).__name__
            content = {**progress, "optimizer": kind, "parameter_names": names}
            content["files"] = sums
            json.dump(content, file, indent=1)


def save_weights(folder, name, model):
    """Write a model's weights alone, replacing the folder when they are complete.

    Args:
        folder: path of the folder.
        name: of the file in it.
        model: nn.Layer.
    """
    with writing_folder(folder) as new:
        paddle.save(model.state_dict(), str(new / name))


def load_checkpoint(folder, model, optimizer, ema_model=None):
    """Bring a run back to where `save_checkpoint` left it.

    Args:
        folder: of a checkpoint, ours or PaddleSeg's own (which has no progress.json:
            its iteration is read from the folder's name).
        model, optimizer, ema_model: built from the same configuration.

    Returns:
        dict: the progress saved, at least {"iteration": N}.

    The learning rate schedule is the optimizer's own, set to iteration N; only
    what ReduceOnPlateau has learnt from the losses is read from the checkpoint.

    Raises:
        UsageError: no complete checkpoint, or one of another model, optimizer or, of
            ReduceOnPlateau, schedule.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UsageError(f"--resume_model {str(folder)!r} is not a folder")
    progress = _read_progress(folder)
    fault = _fault_of(folder, progress.pop("files", {}))
    if fault:
        raise UsageError(f"--resume_model {str(folder)!r} is damaged: {fault}")
    load_weights(model, folder / "model.pdparams")
    state = read_state(folder / "model.pdopt")
    state = _renamed(state, progress.pop("parameter_names", {}), model)
    _check_kind(folder, optimizer, state, progress.pop("optimizer", None))
    _advance(folder, optimizer, state, progress["iteration"])
    try:
        optimizer.set_state_dict(state)
    except AssertionError as error:
        raise UsageError(
            f"--resume_model {str(folder)!r}: its optimizer state is of another "
            f"optimizer or model: {error}"
        ) from None
    if ema_model is not None:
        load_weights(ema_model, folder / "ema_model.pdparams")
    return progress


def find_checkpoint(save_dir):
    """The newest whole checkpoint of a run; damaged ones are passed over, with a line.

    Args:
        save_dir: of the run.

    Returns:
        Path of the `iter_N` folder with the largest N, or None.
    """
    for _, folder in sorted(_numbered(save_dir), reverse=True):
        try:
            progress = _read_progress(folder)
            fault = _fault_of(folder, progress.get("files", {}))
            if not progress.get("files"):  # PaddleSeg's own: read it to know
                read_state(folder / "model.pdparams", as_numpy=True)
                read_state(folder / "model.pdopt", as_numpy=True)
        except UsageError as error:
            fault = str(error)
        if not fault:
            return folder
        if rank() == 0:
            print(translated(f"note: {folder} is passed over: {fault}"))
    return None


def remove_old(save_dir, keep):
    """Delete the oldest `iter_N` folders beyond the newest `keep`; 0 keeps all."""
    folders = [folder for _, folder in sorted(_numbered(save_dir))]
    for folder in folders[:-keep] if keep > 0 else []:
        discard_folder(folder)


def settle_run(save_dir):
    """Clear up behind a run that was killed while it wrote; needs its lock.

    Args:
        save_dir: Path of the run's folder.
    """
    settle(save_dir, _OURS)


def _numbered(save_dir):
    return [
        (int(match[1]), path)
        for path in Path(save_dir).glob("iter_*")
        if (match := re.fullmatch(r"iter_(\d+)", path.name))
    ]


def _sum(path):
    """Size of a file and a check sum of its content."""
    check = 0
    with open(path, "rb") as file:
        while part := file.read(2**24):
            check = zlib.crc32(part, check)
    return [os.path.getsize(path), check]


def _fault_of(folder, sums):
    """Which file is not as it was written; None where all are."""
    for name, expected in sums.items():
        try:
            if _sum(folder / name) != expected:
                return f"{name} is not what was written"
        except OSError as error:
            return f"{name}: {error.strerror}"
    return None


def _read_progress(folder):
    try:
        return json.loads((folder / "progress.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        number = re.fullmatch(r"iter_(\d+)", folder.name)
        if not number:
            raise UsageError(
                f"--resume_model {str(folder)!r}: no progress.json in it and its name "
                "is not iter_N, so the iteration is unknown"
            ) from None
        return {"iteration": int(number[1])}
    except (OSError, ValueError):
        raise UsageError(f"{str(folder / 'progress.json')!r} is damaged") from None


def _check_kind(folder, optimizer, state, saved_kind):
    """Refuse the state of an optimizer of another kind, which Paddle takes silently."""
    own = {
        value
        for cls in type(optimizer).__mro__
        for name, value in vars(cls).items()
        if name.endswith("_acc_str") and isinstance(value, str)
    }
    saved = {kind for kind in _ACCUMULATORS for key in state if f"_{kind}_" in key}
    kind = type(optimizer).__name__
    if (saved_kind or kind) != kind or saved - own:
        what = f"of {saved_kind}" if saved_kind else f"({' and '.join(saved)})"
        raise UsageError(
            f"--resume_model {str(folder)!r}: its optimizer state {what} is not "
            f"that of {kind}, the configuration's optimizer; resume with the one it "
            "was trained with, or start anew from its weights with model.pretrained: "
            f"{folder / 'model.pdparams'}"
        )


def _advance(folder, optimizer, state, iteration):
    """Bring the optimizer's schedule to where it stands after `iteration` updates, and
    put it into the state in place of the saved one."""
    schedule = optimizer._learning_rate
    saved = state.pop("LR_Scheduler", None)
    if not isinstance(schedule, paddle.optimizer.lr.LRScheduler):
        return
    if isinstance(schedule, paddle.optimizer.lr.ReduceOnPlateau):
        own = set(schedule.state_dict())
        if not saved or own - set(saved):
            raise UsageError(
                f"--resume_model {str(folder)!r} was not trained with ReduceOnPlateau, "
                "whose rate follows from all losses so far; keep its lr_scheduler"
            )
        state["LR_Scheduler"] = saved
        return
    while schedule.last_epoch < iteration:
        schedule.step()
    state["LR_Scheduler"] = schedule.state_dict()


def _renamed(state, saved_names, model):
    """Give optimizer state the parameter names of this process.

    Paddle numbers parameters in the order they were made in a process, so the same
    model has other names when another one was built before it.
    """
    names = {
        saved_names[key]: p.name
        for key, p in model.named_parameters()
        if key in saved_names
    }
    result = {}
    for key, value in state.items():
        stem = key
        while stem and stem not in names:
            stem = stem.rpartition("_")[0]
        result[names[stem] + key[len(stem) :] if stem else key] = value
    return result
