"""Convex upsampling, with given weights and with the head that predicts them."""

from adapters.weights import fill
from paddle_resample import ops
from paddle_resample.up import Convex


def convex(v):
    """The head reads a map beside x, where the vector has one."""
    a = v.args
    layer = Convex(
        a.get("guide_channels", 1),
        scale=a["scale"],
        hidden_channels=a.get("hidden", 1),
        flow=a["multiply_values"],
    )
    x = v.input()
    if "guide" in v.arrays:
        source, leaves = v.input("guide"), fill(layer, v)
        logits = layer.logits(source) * (a.get("mask_factor", 0.25) / 0.25)
        leaves["guide"] = source
    else:
        mask = v.input("mask")
        logits, leaves = ops.pixel_shuffle(mask, a["scale"]), {"mask": mask}
    return {"out": layer._combine(x, logits)}, {"x": x, **leaves}


ADAPTERS = {("convex_up", None): convex}
