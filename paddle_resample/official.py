"""Official PyTorch weights in our layers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Callable

import numpy as np
import paddle.nn as nn
from paddle import Tensor

from .errors import UsageError, counted
from .safetensors_file import read_safetensors

__all__ = ["load_official"]

# What PyTorch stores and Paddle does not.
_SKIPPED = "num_batches_tracked"
_RENAMED = {"running_mean": "_mean", "running_var": "_variance"}


def load_official(
    layer: nn.Layer,
    state: Mapping[str, Any] | str | Path,
    rename: Callable[[str], str | None] | None = None,
) -> dict[str, Tensor]:
    """Fill a layer with the parameters of its official PyTorch implementation.

    Linear weights are transposed (PyTorch stores (out, in), Paddle (in, out)), running
    statistics take Paddle's names, and batch counters are skipped.

    Args:
        layer: nn.Layer of this package; its parameters have the official names.
        state: mapping of official names to NumPy arrays, or the path of a .npz or
            .safetensors file that holds one.
        rename: function from an official name to ours, where a layer was published
            inside another one; a name that it maps to None is skipped. Default: the
            layer's own `official_name`, if it has one, else the name as it is.

    Returns:
        dict: official name -> our parameter or buffer that was filled.

    Raises:
        UsageError: a parameter is missing, unexpected or of another shape; nothing is
            changed then.

    >>> import numpy as np
    >>> from paddle_resample import build
    >>> weights = {"conv.weight": np.ones((4, 2, 2, 2)), "conv.bias": np.zeros(2)}
    >>> sorted(load_official(build("conv_transpose", 4, 2), weights))
    ['conv.bias', 'conv.weight']
    """
    state = _read(state) if isinstance(state, (str, Path)) else state
    rename = rename or getattr(layer, "official_name", None) or (lambda name: name)
    owners = dict(layer.named_sublayers(include_self=True))
    ours = {**dict(layer.named_parameters()), **_saved_buffers(layer)}
    unfilled, filled, unexpected, other = dict(ours), {}, [], []
    for name, value in state.items():
        target = None if name.split(".")[-1] == _SKIPPED else rename(name)
        if target is None:
            continue
        stem, dot, last = target.rpartition(".")
        target = stem + dot + _RENAMED.get(last, last)
        if target not in ours:
            unexpected.append(name)
            continue
        value = np.asarray(value)
        if isinstance(owners.get(stem), nn.Linear) and value.ndim == 2:
            value = value.T
        if list(value.shape) != list(ours[target].shape):
            other.append(f"{name} {list(value.shape)} for {list(ours[target].shape)}")
        unfilled.pop(target, None)
        filled[name] = (ours[target], value)
    problems = counted(
        missing=sorted(unfilled), unexpected=unexpected, of_another_shape=other
    )
    if problems:
        raise UsageError(
            f"the official weights do not fit {type(layer).__name__}: {problems}"
        )
    for parameter, value in filled.values():
        parameter.set_value(np.array(value, dtype=_numpy_type(parameter), order="C"))
    return {name: parameter for name, (parameter, _) in filled.items()}


def _saved_buffers(layer):
    """Buffers that a state dict holds; fixed kernels are no weights."""
    saved = layer.state_dict()
    return {name: b for name, b in layer.named_buffers() if name in saved}


def _numpy_type(parameter):
    return str(parameter.dtype).rpartition(".")[2]


def _read(path):
    path = Path(path)
    if path.suffix == ".safetensors":
        return {name: _wide(array) for name, array in read_safetensors(path).items()}
    if path.suffix != ".npz":
        raise UsageError(
            f"{str(path)!r}: official weights come as .npz or .safetensors, not "
            f"{path.suffix or 'without suffix'!r}"
        )
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except Exception as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error}") from None


def _wide(array):
    """bfloat16, which arrives as uint16, as float32."""
    if array.dtype != np.uint16:
        return array
    return (array.astype(np.uint32) << 16).view(np.float32)
