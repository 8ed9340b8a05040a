"""CARAFE: the reassembly alone, and the whole operator."""

from adapters.weights import fill
from paddle_resample import build, ops


def reassembly(v):
    x, mask = v.input(), v.input("mask")
    a = v.args
    y = ops.reassemble(
        x, mask, a["kernel_size"], a["scale_factor"], a.get("group_size", 1)
    )
    return {"out": y}, {"x": x, "mask": mask}


def carafe(v):
    names = {
        "up_kernel": "kernel_size",
        "up_group": "groups",
        "encoder_kernel": "encoder_kernel",
        "encoder_dilation": "encoder_dilation",
        "compressed_channels": "compressed_channels",
    }
    spec = {names[k]: value for k, value in v.args.items() if k in names}
    scale = v.args.get("scale_factor", 2)
    layer = build({"name": "carafe", **spec}, v.args["channels"], scale=scale)
    x, leaves = v.input(), fill(layer, v)
    return {"out": layer(x)}, {"x": x, **leaves}


ADAPTERS = {
    ("carafe", "carafe reassembly"): reassembly,
    ("carafe", "CARAFEPack"): carafe,
}
