"""Filling our layers with the weights of a reference vector."""

import paddle.nn as nn

ADAPTERS = {}  # none of its own


class NotCovered(Exception):
    """The vector's operator is ours, with arguments that ours does not have yet."""


def fill(layer, vector, rename=lambda name: name):
    """Copy a vector's weights into a layer.

    Args:
        layer: ours.
        vector: with weights under the official names.
        rename: official name -> our name.

    Returns:
        dict: "p:" + official name -> our parameter.
    """
    ours = dict(layer.named_parameters())
    ours.update(dict(layer.named_buffers()))
    owners = dict(layer.named_sublayers(include_self=True))
    leaves = {}
    for name, value in vector.weights.items():
        target = rename(name)
        if target is None or target.endswith("num_batches_tracked"):
            continue
        target = target.replace("running_mean", "_mean").replace(
            "running_var", "_variance"
        )
        parameter = ours.pop(target)
        owner = owners[target.rpartition(".")[0]]
        if isinstance(owner, nn.Linear) and value.ndim == 2:
            value = value.T
            parameter.stored_transposed = True
        parameter.set_value(value)
        leaves["p:" + name] = parameter
    assert not ours, f"weights that the vector does not have: {sorted(ours)}"
    layer.eval()
    return leaves
