"""Adaptive and learnable polyphase sampling, with the upsamplers that undo them."""

import ast

import paddle.nn.functional as F

from adapters.weights import NotCovered, fill
from paddle_resample.down import APS, LPS
from paddle_resample.ops.polyphase import PhaseWeights, mix_phases, one_hot_phase
from paddle_resample.up import APSUp, LPSUp

_BORDERS = {
    "zero": "zeros",
    "constant": "zeros",
    "refl": "reflect",
    "repl": "replicate",
}
_LOGITS = {
    "LPSLogitLayersV2": "conv",
    "LPSLogitLayersSkip": "skip",
    "SAInner": "attention",
    "SAInner_bn": "attention_norm",
    "ComponentPerceptron": "perceptron",
}


def _turned(values):
    """Between APS's order of the four components and that of pixel unshuffling."""
    return values.reshape([-1, 2, 2]).transpose([0, 2, 1]).flatten(1)


def _filter(args):
    border = args.get("pad_type", "circular")
    return {
        "filter_size": args.get("filt_size", 3),
        "border": _BORDERS.get(border, border),
    }


def _aps(v):
    criterion = v.args.get("apspool_criterion", "l2")
    return APS(v.args["channels"], criterion=criterion, **_filter(v.args))


def _chosen(v, layer, x):
    """(y, side), of the index that a vector may bring along."""
    if "index" not in v.arrays:
        return layer.record(x)
    weights = _turned(F.one_hot(v.input("index").detach(), 4))
    return mix_phases(layer.phases(x), weights), PhaseWeights(weights, x.shape[2:])


def _index(side):
    return _turned(side.weights).argmax(axis=1)


def aps_down(v):
    x = v.input()
    y, side = _chosen(v, _aps(v), x)
    return {"out:down": y, "out:index": _index(side)}, {"x": x}


def aps_up(v):
    x = v.input()
    weights = _turned(F.one_hot(v.input("index").detach(), 4).astype(x.dtype))
    size = [2 * (n + n % 2) for n in x.shape[2:]]
    layer = APSUp(v.args["channels"], even=True, **_filter(v.args))
    return {"out": layer(x, side=PhaseWeights(weights, size))}, {"x": x}


def aps_down_up(v):
    x = v.input()
    y, side = _chosen(v, _aps(v), x)
    even = [2 * (n + n % 2) for n in y.shape[2:]]
    layer = APSUp(v.args["channels"], even=True, **_filter(v.args))
    up = layer(y, side=PhaseWeights(side.weights, even))
    return {"out:up": up, "out:down": y, "out:index": _index(side)}, {"x": x}


def _antialias(args):
    """(spec, factor) of what the official code writes as Class{arguments}."""
    name, brace, rest = args.get("antialias", "none").partition("{")
    if not brace:
        return None, 1
    given = ast.literal_eval(brace + rest)
    border = given.get("padding_mode", given.get("pad_type", "reflect"))
    border = _BORDERS.get(border, border)
    if name == "LowPassFilter":
        spec = {"name": "blur_pool", "filter_size": given["filter_size"]}
        if given.get("padding", "same") != "same":
            raise NotCovered("a filter that shrinks the map")
        return {**spec, "border": border}, given.get("filter_scale", 1) ** 2
    spec = {"name": "pasa", "groups": given.get("group", 2), "softmax": "all"}
    spec.update(kernel_size=given["kernel_size"], border=border)
    return spec, given.get("kernel_scale", 1) ** 2


def lps_down(v):
    a = v.args
    antialias, factor = _antialias(a)
    name = a.get("logits", "LPSLogitLayersV2")
    if name not in _LOGITS:
        raise NotCovered(f"the scores of {name}")
    layer = LPS(
        a["in_channels"],
        logits=_LOGITS[name],
        hidden_channels=a.get("hid_channels"),
        logits_border=_BORDERS.get(a["logits_pad"], a["logits_pad"]),
        selection="softmax" if a["mode"].endswith("convex") else "gumbel",
        temperature=a.get("tau", 1.0),
        antialias=antialias,
        filtered_logits=not a.get("selection_noantialias", False),
    )
    x, leaves = v.input(), fill(layer, v)
    phases = layer.phases(x) * factor
    logits = layer.logits(x, phases)
    weights = layer.weights(logits)
    prob = weights if layer.selection == "softmax" else logits
    y = mix_phases(phases, weights)
    return {"out:down": y, "out:prob": prob}, {"x": x, **leaves}


def lps_up(v):
    a = v.args
    antialias, factor = _antialias(a)
    again = a["mode"] == "test_convex"
    layer = LPSUp(
        a["in_channels"], antialias=antialias, gain=float(factor), softmax_again=again
    )
    x, prob, leaves = v.input(), v.input("prob"), fill(layer, v)
    weights = one_hot_phase(prob) if a["mode"] == "test" else prob
    if again:
        weights = prob / a.get("tau", 1.0)
    y = layer(x, side=PhaseWeights(weights, [2 * n for n in x.shape[2:]]))
    # The official gradient of a choice is stored as zeros.
    y = y + 0.0 * prob.sum()
    return {"out": y}, {"x": x, "prob": prob, **leaves}


ADAPTERS = {
    ("aps", "ApsDown"): aps_down,
    ("aps", "ApsUp"): aps_up,
    ("aps", "ApsDown then ApsUp"): aps_down_up,
    ("lps", "LPS down-sampling"): lps_down,
    ("lps", "LPS up-sampling"): lps_up,
}
