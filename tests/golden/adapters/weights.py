"""Filling our layers with the weights of a reference vector."""

import paddle.nn as nn

from paddle_resample import load_official

ADAPTERS = {}  # none of its own


class NotCovered(Exception):
    """The vector's operator is ours, with arguments that ours does not have yet."""


def fill(layer, vector, rename=None):
    """Copy a vector's weights into a layer, and make it evaluate.

    Args:
        layer: ours.
        vector: with weights under the official names.
        rename: official name -> our name, or None to pass it over.

    Returns:
        dict: "p:" + official name -> our parameter; those of linear layers are marked
        stored_transposed.
    """
    leaves = load_official(layer, vector.weights, rename)
    turned = {
        id(linear.weight)
        for linear in layer.sublayers(include_self=True)
        if isinstance(linear, nn.Linear)
    }
    for parameter in leaves.values():
        parameter.stored_transposed = id(parameter) in turned
    layer.eval()
    return {f"p:{name}": parameter for name, parameter in leaves.items()}
