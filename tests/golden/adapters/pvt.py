"""PVT and PVT v2 as classifiers, and their attention alone.

The classifiers' last steps have no network of their own here; they are put on our
backbones."""

import re

import paddle
import paddle.nn as nn

from adapters.weights import NotCovered, fill
from paddle_resample.seg.nets import ResamplePVT, ResamplePVTv2
from paddle_resample.seg.nets.spatial_reduction_attention import (
    SpatialReductionAttention,
)

_DEFAULTS = {
    "embed_dims": [64, 128, 256, 512],
    "num_heads": [1, 2, 4, 8],
    "mlp_ratios": [4, 4, 4, 4],
    "sr_ratios": [8, 4, 2, 1],
    "depths": [3, 4, 6, 3],
    "qkv_bias": False,
}
# Of no effect on the result, or read elsewhere.
_OTHER = {
    "attn_drop_rate",
    "drop_path_rate",
    "drop_rate",
    "img_size",
    "in_chans",
    "linear",
    "norm_layer",
    "num_classes",
    "patch_size",
}


def pyramid_options(args):
    """The official constructors' arguments as ours."""
    extra = {k for k in args if k not in _DEFAULTS and k not in _OTHER}
    if args.get("num_stages") == 4:
        extra.remove("num_stages")
    if extra:
        raise NotCovered(f"arguments {sorted(extra)}")
    chosen = {k: args.get(k, default) for k, default in _DEFAULTS.items()}
    return {"in_channels": args.get("in_chans", 3), **chosen}


def use_epsilon(layer, args):
    """Set LayerNorm's epsilon as `norm_layer` says; patch embedding and reduction keep
    PyTorch's default."""
    stated = re.search(r"eps\w* ?=? ?([0-9.e-]+)", str(args.get("norm_layer", "")))
    for name, norm in layer.named_sublayers():
        if isinstance(norm, nn.LayerNorm):
            fixed = re.search(r"patch_embed\d\.norm$|attn\.norm$", name)
            norm._epsilon = float(stated.group(1)) if stated and not fixed else 1e-5


class Classifier(ResamplePVT):
    """With the class token in the last stage, its norm and the classifier."""

    def __init__(self, num_classes, **options):
        super().__init__(**options)
        channels = self.feat_channels[-1]
        self.cls_token = self.create_parameter([1, 1, channels])
        self.norm = nn.LayerNorm(channels)
        self.head = nn.Linear(channels, num_classes)

    def enter(self, stage, tokens, size):
        position = self.position(stage, size)
        if stage == 4:
            ours = self.cls_token.expand([tokens.shape[0], -1, -1])
            tokens = paddle.concat([ours, tokens], axis=1)
            position = paddle.concat([self.pos_embed4[:, :1], position], axis=1)
        return tokens + position

    def position(self, stage, size):
        # The official code takes as many tokens as designed for the designed shape.
        if stage == 1 and size[0] * size[1] == self.grids[0] ** 2:
            return self.pos_embed1
        return super().position(stage, size)

    def leave(self, stage, tokens):
        if stage < 4:
            return tokens
        self.logits = self.head(self.norm(tokens)[:, 0])
        return tokens[:, 1:]


class ClassifierV2(ResamplePVTv2):
    """With the mean over all tokens and the classifier."""

    def __init__(self, num_classes, **options):
        super().__init__(**options)
        self.head = nn.Linear(self.feat_channels[-1], num_classes)

    def leave(self, stage, tokens):
        tokens = super().leave(stage, tokens)
        if stage == 4:
            self.logits = self.head(tokens.mean(axis=1))
        return tokens


def classify(layer, v):
    use_epsilon(layer, v.args)
    outputs = {}
    for stage in (1, 2, 3, 4):

        def keep(block, inputs, tokens, stage=stage):
            outputs[f"out:stage{stage}"] = tokens

        getattr(layer, f"block{stage}")[-1].register_forward_post_hook(keep)
    x, leaves = v.input(), fill(layer, v, lambda name: name)
    layer(x)
    return {**outputs, "out": layer.logits}, {"x": x, **leaves}


def pvt(v):
    a = v.args
    if a.get("patch_size", 16) != 4:
        raise NotCovered("patches of another side than 4")
    size, classes = a.get("img_size", 224), a.get("num_classes", 1000)
    return classify(Classifier(classes, img_size=size, **pyramid_options(a)), v)


def pvt_v2(v):
    a = v.args
    chosen = {"linear": a.get("linear", False), **pyramid_options(a)}
    return classify(ClassifierV2(a.get("num_classes", 1000), **chosen), v)


def attention(v):
    a = v.args
    layer = SpatialReductionAttention(
        a["dim"],
        a.get("num_heads", 8),
        a.get("sr_ratio", 1),
        a.get("linear", False),
        a.get("qkv_bias", False),
    )
    if a.get("qk_scale"):
        layer.scale = a["qk_scale"]
    x, leaves = v.input(), fill(layer, v)
    return {"out": layer(x, [a["H"], a["W"]])}, {"x": x, **leaves}


ADAPTERS = {
    ("model_pvt", "PyramidVisionTransformer"): pvt,
    ("model_pvt", "PyramidVisionTransformerV2"): pvt_v2,
    ("sr_attention", "Attention"): attention,
}
