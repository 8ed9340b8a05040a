"""One start for all cells of a seed: what they share begins with equal weights.

Two networks that differ in one operator draw different random numbers after it, so
equal seeds alone do not give equal encoders. The first method's network is built once
for every seed and its weights are kept; every cell takes from them what it has too.
"""

import json

import numpy as np

from ..base import Resampler
from ..errors import UsageError
from ..files import writing

__all__ = ["save_start", "take_start"]


def save_start(model, path):
    """Keep a model's initial weights.

    Args:
        model: nn.Layer, not trained yet.
        path: of a .npz file.
    """
    owners = _owners(model)
    arrays = {name: value.numpy() for name, value in model.state_dict().items()}
    with writing(path, "wb") as file:
        np.savez(file, **{f"weight:{k}": v for k, v in arrays.items()}, owners=np.array(
            json.dumps(owners)
        ))  # fmt: skip


def take_start(model, path):
    """Give a model the kept weights of everything that it shares.

    A parameter is shared if name, shape and the operator it belongs to agree: a
    published start of one operator is never laid over another operator's.

    Args:
        model: nn.Layer, changed in place.
        path: of the file that `save_start` wrote.

    Returns:
        (shared, own): lists of names.

    Raises:
        UsageError: the file cannot be read.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {k[7:]: file[k] for k in file.files if k.startswith("weight:")}
            kept_owners = json.loads(str(file["owners"]))
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{str(path)!r} holds no initial weights: {error}") from None
    owners = _owners(model)
    shared, own = [], []
    for name, value in model.state_dict().items():
        kept = arrays.get(name)
        same = (
            kept is not None
            and list(kept.shape) == list(value.shape)
            and kept_owners.get(name) == owners.get(name)
        )
        if same:
            value.set_value(kept)
        (shared if same else own).append(name)
    return shared, own


def _owners(model):
    """Name of a weight -> the resampler it belongs to, where it does."""
    owners = {}
    for prefix, layer in model.named_sublayers():
        if isinstance(layer, Resampler):
            for name in layer.state_dict():
                owners[f"{prefix}.{name}"] = (
                    f"{layer.name} {sorted(layer.options.items())}"
                )
    return owners
