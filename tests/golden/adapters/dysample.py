"""DySample."""

from adapters.weights import fill
from paddle_resample import build


def dysample(v):
    options = {key: v.args[key] for key in ("style", "groups", "dyscope")}
    channels, scale = v.args["in_channels"], v.args["scale"]
    layer = build({"name": "dysample", **options}, channels, scale=scale)
    # The first positions are those of the regular grid.
    leaves = fill(layer, v, lambda name: None if name == "init_pos" else name)
    x = v.input()
    return {"out": layer(x)}, {"x": x, **leaves}


ADAPTERS = {("dysample", "DySample"): dysample}
