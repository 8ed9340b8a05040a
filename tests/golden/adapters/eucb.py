"""EMCAD's up-convolution block."""

from adapters.weights import NotCovered, fill
from paddle_resample.up import EUCB

_ACTIVATIONS = {"leakyrelu": "leaky_relu", "hswish": "hardswish"}


def eucb(v):
    a = v.args
    if a.get("stride", 1) != 1:
        raise NotCovered("a stride that undoes the enlargement")
    activation = a.get("activation", "relu")
    layer = EUCB(
        a["in_channels"],
        a["out_channels"],
        kernel_size=a.get("kernel_size", 3),
        activation=_ACTIVATIONS.get(activation, activation),
    )
    x, leaves = v.input(), fill(layer, v)
    return {"out": layer(x)}, {"x": x, **leaves}


ADAPTERS = {("eucb", None): eucb}
