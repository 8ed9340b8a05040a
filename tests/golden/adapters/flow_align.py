"""SFNet-Lite's gated dual flow; the other flow adapters are in `articles`."""

from adapters.weights import fill
from paddle_resample import build

_NAMES = {
    "AlignedModulev2": "gated_dual_flow",
    "AlignedModulev2PoolingAtten": "gated_dual_flow_pooled",
}


def gated_dual_flow(v):
    spec = {
        "name": _NAMES[v.meta["operator"]],
        "mid_channels": v.args["outplane"],
        "kernel_size": v.args.get("kernel_size", 3),
    }
    channels = v.args["inplane"]
    layer = build(spec, channels, guide_channels=channels)
    x, guide, leaves = v.input(), v.input("guide"), fill(layer, v)
    return {"out": layer(x, guide=guide)}, {"x": x, "guide": guide, **leaves}


ADAPTERS = {("flow_align", operator): gated_dual_flow for operator in _NAMES}
