"""Guided filters: plain, fast and learned."""

from adapters.weights import fill
from paddle_resample.up import ConvGuidedFilter, GuidedFilter


def plain(v):
    layer = GuidedFilter(
        v.arrays["x"].shape[1],
        guide_channels=v.arrays["guide"].shape[1],
        scale=1,
        mode="full",
        radius=v.args["r"],
        epsilon=v.args.get("eps", 1e-8),
    )
    x, guide = v.input(), v.input("guide")
    return {"out": layer(x, guide=guide)}, {"x": x, "guide": guide}


def fast(v):
    layer = GuidedFilter(
        v.arrays["x"].shape[1],
        guide_channels=v.arrays["guide"].shape[1],
        radius=v.args["r"],
        epsilon=v.args.get("eps", 1e-8),
        average=False,
    )
    return _with_small_guide(v, layer, {})


def learned(v):
    layer = ConvGuidedFilter(v.arrays["x"].shape[1], radius=v.args.get("radius", 1))
    return _with_small_guide(v, layer, fill(layer, v))


def _with_small_guide(v, layer, leaves):
    x, small, guide = v.input(), v.input("guide_low"), v.input("guide")
    y = layer._filter(small, x, guide, guide.shape[2:])
    return {"out": y}, {"x": x, "guide_low": small, "guide": guide, **leaves}


ADAPTERS = {
    ("guided_filter", "GuidedFilter"): plain,
    ("guided_filter", "FastGuidedFilter"): fast,
    ("guided_filter", "ConvGuidedFilter"): learned,
}
