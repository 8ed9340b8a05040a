"""FeatUp's joint bilateral upsamplers."""

from adapters.weights import fill
from paddle_resample import build
from paddle_resample.blocks.learned_range import LearnedRange


def learned_range(v):
    a = v.args
    layer = LearnedRange(a["guidance_dim"], a["key_dim"], a.get("radius", 3))
    x, guide, leaves = v.input(), v.input("guide"), fill(layer, v)
    return {"out": layer(x, guide)}, {"x": x, "guide": guide, **leaves}


def stack(v):
    layer = build("featup_jbu", v.args["feat_dim"], scale=16, guide_channels=3)
    x, guide, leaves = v.input(), v.input("guide"), fill(layer, v)
    size = [16 * n for n in x.shape[2:]]  # whatever the guide's
    y = layer(x, guide=guide, size=size)
    return {"out": y}, {"x": x, "guide": guide, **leaves}


ADAPTERS = {("jbu", "JBULearnedRange"): learned_range, ("jbu", "JBUStack"): stack}
