"""The filters of Chen et al. that separate frequencies."""

from adapters.weights import NotCovered, fill
from paddle_resample.down import DAF, FreqMix


def daf(v):
    if v.args.get("downsample"):
        raise NotCovered("the cut spectrum, which is FLC pooling")
    x = v.input()
    layer = DAF(x.shape[1], scale=1, threshold=v.args.get("freq_thres", 0.25))
    return {"out": layer(x)}, {"x": x}


def freq_mix(v):
    a = v.args
    if a.get("lp_type", "freq_channel_att") != "freq_channel_att":
        raise NotCovered("a variant whose released code does not run")
    layer = FreqMix(
        a["in_channels"],
        scale=1,
        compress_ratio=a.get("compress_ratio", 16),
        activation=a.get("act", "sigmoid"),
        residual=a.get("channel_res", True),
        batch_roll=True,
    )
    x, leaves = v.input(), fill(layer, v)
    return {"out": layer(x)}, {"x": x, **leaves}


ADAPTERS = {("daf", None): daf, ("freqmix", None): freq_mix}
