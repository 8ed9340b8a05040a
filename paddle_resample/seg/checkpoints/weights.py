"""Loading a checkpoint's weights, refusing one that belongs to another model."""

import os
from pathlib import Path

import paddle

from ...errors import UsageError, counted
from ...safetensors_file import read_safetensors
from .paddle_file import read_paddle_file
from .safe_unpickler import Refused

__all__ = ["load_weights", "read_state", "refuse_misfit"]


def read_state(path, as_numpy=False):
    """Read a state dictionary from a file; nothing that the file holds is run.

    The repaired PaddleSeg reads `pretrained` files through this function, too.

    Args:
        path: of a .safetensors file, or of one that paddle.save wrote.
        as_numpy: give NumPy arrays instead of Tensors.

    Returns:
        dict.

    Raises:
        UsageError: missing, not readable, refused because it holds more than tensors
            and plain containers, or no state dictionary.
    """
    if not os.path.isfile(path):
        what = "is a folder" if os.path.isdir(path) else "does not exist"
        raise UsageError(f"checkpoint {str(path)!r} {what}")
    if str(path).endswith(".safetensors"):
        state = read_safetensors(path)
        if as_numpy:
            return state
        return {name: paddle.to_tensor(array) for name, array in state.items()}
    try:
        state = read_paddle_file(path, as_numpy)
    except Refused as error:
        raise UsageError(
            f"checkpoint {str(path)!r} is refused, because it asks for {error}: a "
            "checkpoint holds tensors and plain containers; nothing of it was run"
        ) from None
    except OSError as error:
        raise UsageError(
            f"checkpoint {str(path)!r} cannot be read: {error.strerror}"
        ) from None
    except Exception:
        # Bytes that are no pickle fail in whatever way their first instruction does.
        raise UsageError(
            f"checkpoint {str(path)!r} cannot be read; it is damaged or was not "
            "written by paddle.save"
        ) from None
    if not isinstance(state, dict):
        raise UsageError(f"checkpoint {str(path)!r} holds no state dictionary")
    return state


def load_weights(model, path):
    """Fill a model with a checkpoint of its own kind.

    Args:
        model: nn.Layer.
        path: of a .pdparams or .safetensors file, or of a folder that holds
            model.pdparams or model.safetensors.

    Raises:
        UsageError: the names or shapes are not the model's; names which.
    """
    if os.path.isdir(path):
        folder, path = path, os.path.join(path, "model.pdparams")
        other = os.path.join(folder, "model.safetensors")
        if os.path.exists(other) and not os.path.exists(path):
            path = other
        _refuse_folder_of_checkpoints(folder, path)
    state = read_state(path)
    own = model.state_dict()
    missing = [key for key in own if key not in state]
    extra = [key for key in state if key not in own and not _is_note(key)]
    other = [
        f"{key} {_shape(state[key])} instead of {_shape(own[key])}"
        for key in own
        if key in state and _shape(state[key]) != _shape(own[key])
    ]
    problems = counted(missing=missing, unexpected=extra, of_another_shape=other)
    if problems:
        raise UsageError(
            f"checkpoint {str(path)!r} belongs to another model than "
            f"{type(model).__name__} as configured: {problems}"
        )
    model.set_state_dict(state)


def _refuse_folder_of_checkpoints(folder, path):
    """A run's save_dir in place of one of the checkpoints in it."""
    inside = sorted(Path(folder).glob("*/model.*"), key=os.path.getmtime)
    if inside and not os.path.exists(path):
        known = ", ".join(dict.fromkeys(str(p.parent) for p in reversed(inside)))
        raise UsageError(
            f"{str(folder)!r} is no checkpoint but a folder of some: say which of "
            f"{known}"
        )


def refuse_misfit(model, state, path):
    """Refuse `pretrained` weights of which not one fits the model.

    The repaired PaddleSeg, which would train from scratch, calls it.

    Args:
        model: nn.Layer.
        state: dict of the file.
        path: of the file, for the message.

    Raises:
        UsageError: none fits; names the prefix under which some would.
    """
    own = {key: _shape(value) for key, value in model.state_dict().items()}
    shapes = {key: _shape(value) for key, value in state.items()}
    if not own or any(shapes.get(key) == shape for key, shape in own.items()):
        return
    raise UsageError(
        f"pretrained {str(path)!r}: none of the {len(own)} variables of "
        f"{type(model).__name__} is in it with the same name and shape"
        + (_prefix_hint(own, shapes) or _name_hint(own, shapes))
    )


def _prefix_hint(own, shapes):
    """Which prefix more, in the file or the model, makes names and shapes meet."""
    key = max(own, key=len)
    for name in shapes:
        if name.endswith("." + key):
            prefix = name[: -len(key)]
            fits = sum(shapes.get(prefix + k) == s for k, s in own.items())
            if fits:
                return (
                    f"; {fits} would fit under the prefix {prefix!r}: the file is of a "
                    "whole model, to be named as model.pretrained"
                )
    longest = max(shapes, key=len, default="")
    for key in own:
        if longest and key.endswith("." + longest):
            prefix = key[: -len(longest)]
            fits = sum(own.get(prefix + k) == s for k, s in shapes.items())
            if fits:
                return (
                    f"; {fits} of its own would fit the model's {prefix!r}: the file "
                    f"is of that part alone, to be named as {prefix}pretrained"
                )
    return ""


def _name_hint(own, shapes):
    here, there = next(iter(own)), next(iter(shapes), "nothing")
    return f"; the model has {here!r} and so on, the file {there!r}"


def _shape(value):
    """Shape of a tensor or array; of anything else what it is."""
    shape = getattr(value, "shape", None)
    return type(value).__name__ if shape is None else list(shape)


def _is_note(key):
    """Keys that are no weights: paddle.save's own, and PaddleSeg's flops counters."""
    return "@@" in key or key.split(".")[-1] in ("total_ops", "total_params")
