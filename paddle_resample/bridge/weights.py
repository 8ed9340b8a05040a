"""Loading a checkpoint's weights, refusing one that belongs to another model."""

import os
import pickle

import paddle

from ..errors import UsageError, counted

__all__ = ["load_weights", "read_state"]


def read_state(path):
    """Read a file that paddle.save wrote.

    Args:
        path: the file.

    Returns:
        dict.

    Raises:
        UsageError: missing, not readable, or no state dictionary.
    """
    if not os.path.isfile(path):
        raise UsageError(f"checkpoint {str(path)!r} does not exist")
    try:
        state = paddle.load(str(path))
    except (ValueError, RuntimeError, EOFError, OSError, pickle.UnpicklingError):
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
        path: of a .pdparams file, or of a folder that holds model.pdparams.

    Raises:
        UsageError: the names or shapes are not the model's; names which.
    """
    if os.path.isdir(path):
        path = os.path.join(path, "model.pdparams")
    state = read_state(path)
    own = model.state_dict()
    missing = [key for key in own if key not in state]
    extra = [key for key in state if key not in own and not _is_note(key)]
    other = [
        f"{key} {list(state[key].shape)} instead of {list(own[key].shape)}"
        for key in own
        if key in state and list(state[key].shape) != list(own[key].shape)
    ]
    problems = counted(missing=missing, unexpected=extra, of_another_shape=other)
    if problems:
        raise UsageError(
            f"checkpoint {str(path)!r} belongs to another model than "
            f"{type(model).__name__} as configured: {problems}"
        )
    model.set_state_dict(state)


def _is_note(key):
    """Keys that are no weights: paddle.save's own, and PaddleSeg's flops counters."""
    return "@@" in key or key.split(".")[-1] in ("total_ops", "total_params")
