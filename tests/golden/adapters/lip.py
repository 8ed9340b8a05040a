"""LIP: the pooling alone, the simplified and the bottleneck logit networks."""

from adapters.weights import fill
from paddle_resample import build, ops


def lip2d(v):
    x, logit = v.input(), v.input("logit")
    a = v.args
    y = ops.importance_pool(
        x, logit, a.get("kernel", 3), a.get("stride", 2), a.get("padding", 1)
    )
    return {"out": y}, {"x": x, "logit": logit}


def simplified(v):
    layer = build("lip", v.args["channels"])
    x, leaves = v.input(), fill(layer, v)
    return {"out": layer(x)}, {"x": x, **leaves}


def bottleneck(v):
    channels, shared, width = (
        v.args.get(key, other)
        for key, other in (
            ("channels", None),
            ("shared_channels", None),
            ("width", 128),
        )
    )
    layer = build({"name": "lip_bottleneck", "width": width}, channels)
    # Upstream the trunk reads the block's input, which has other channels.
    layer.bottleneck_shared = type(layer.bottleneck_shared)(shared, width)
    x, guide, leaves = v.input(), v.input("guide"), fill(layer, v)
    y = ops.importance_pool(x, layer.lip(layer.bottleneck_shared(guide)), 3, 2, 1)
    return {"out": y}, {"x": x, "guide": guide, **leaves}


ADAPTERS = {
    ("lip", "lip2d"): lip2d,
    ("lip", "SimplifiedLIP"): simplified,
    ("lip", "BottleneckShared + BottleneckLIP"): bottleneck,
}
