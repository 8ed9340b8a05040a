"""The whole state of a training run, saved at once or not at all."""

import json
import os
import re
import shutil
from pathlib import Path

import paddle

from ..errors import UsageError
from ..files import writing, writing_folder
from .weights import load_weights, read_state

__all__ = [
    "find_checkpoint",
    "load_checkpoint",
    "remove_old",
    "save_checkpoint",
    "save_weights",
]


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
        with writing(new / "progress.json") as file:
            json.dump({**progress, "parameter_names": names}, file, indent=1)


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

    Raises:
        UsageError: no complete checkpoint, or one of another model.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UsageError(f"--resume_model {str(folder)!r} is not a folder")
    progress = _read_progress(folder)
    load_weights(model, folder)
    state = read_state(folder / "model.pdopt")
    state = _renamed(state, progress.pop("parameter_names", {}), model)
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
    """The newest checkpoint of a run.

    Args:
        save_dir: of the run.

    Returns:
        Path of the `iter_N` folder with the largest N, or None.
    """
    found = [
        (int(match[1]), path)
        for path in Path(save_dir).glob("iter_*")
        if (match := re.fullmatch(r"iter_(\d+)", path.name))
    ]
    return max(found)[1] if found else None


def remove_old(save_dir, keep):
    """Delete the oldest `iter_N` folders beyond the newest `keep`; 0 keeps all."""
    numbers = sorted(
        int(match[1])
        for name in os.listdir(save_dir)
        if (match := re.fullmatch(r"iter_(\d+)", name))
    )
    for number in numbers[:-keep] if keep > 0 else []:
        shutil.rmtree(Path(save_dir) / f"iter_{number}", ignore_errors=True)


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
