"""DySample."""

from adapters.weights import fill
from paddle_resample import build


def dysample(v):
    released = {"style": "lp", "groups": 4, "dyscope": False}
    options = {key: v.args.get(key, value) for key, value in released.items()}
    channels, scale = v.args["in_channels"], v.args.get("scale", 2)
    layer = build({"name": "dysample", **options}, channels, scale=scale)
    # The first positions are those of the regular grid.
    leaves = fill(layer, v, lambda name: None if name == "init_pos" else name)
    x = v.input()
    return {"out": layer(x)}, {"x": x, **leaves}


ADAPTERS = {("dysample", "DySample"): dysample}
