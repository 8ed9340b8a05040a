"""SegFormer: its encoder, its head, and the whole network in two layouts of names."""

import re

import numpy as np

from adapters.pvt import pyramid_options, use_epsilon
from adapters.weights import NotCovered, fill
from paddle_resample.seg.nets import ResampleMiT, ResampleSegFormer, SegFormerHead


def mix_vision_transformer(v):
    layer = ResampleMiT(**pyramid_options(v.args))
    use_epsilon(layer, v.args)
    x, leaves = v.input(), fill(layer, v)
    maps = layer(x)
    return {f"out:c{i}": y for i, y in enumerate(maps, 1)}, {"x": x, **leaves}


def head(v):
    a = v.args
    width = a.get("embed_dim") or a["decoder_params"]["embed_dim"]
    layer = SegFormerHead(a["num_classes"], a["in_channels"], width)
    leaves = fill(layer, v)
    maps = {f"x{i}": v.input(f"x{i}") for i in (1, 2, 3, 4)}
    return {"out": layer(list(maps.values()))}, {**maps, **leaves}


# transformers' names -> ours, in this order; {} stands for a number.
_NAMES = (
    (r"^segformer\.encoder\.patch_embeddings\.(\d)\.", "backbone.patch_embed{}."),
    (r"^segformer\.encoder\.block\.(\d)\.", "backbone.block{}."),
    (r"^segformer\.encoder\.layer_norm\.(\d)\.", "backbone.norm{}."),
    (r"^decode_head\.linear_c\.(\d)\.", "linear_c{}."),
    (r"attention\.self\.(query|key|value)\.", r"attn.\1."),
    (r"attention\.self\.", "attn."),
    (r"attention\.output\.dense\.", "attn.proj."),
    (r"\.query\.", ".q."),
    (r"\.layer_norm_", ".norm"),
    (r"\.layer_norm\.", ".norm."),
    (r"mlp\.dense", "mlp.fc"),
    (r"^decode_head\.linear_fuse\.", "linear_fuse._conv."),
    (r"^decode_head\.batch_norm\.", "linear_fuse._batch_norm."),
    (r"^decode_head\.classifier\.", "linear_pred."),
)


def from_transformers(name):
    for pattern, ours in _NAMES:

        def put(match, ours=ours):
            if "{}" in ours:
                return ours.format(int(match.group(1)) + 1)
            return match.expand(ours)

        name = re.sub(pattern, put, name)
    return name


class Half:
    """The part of a joint kv parameter that is the official key or value."""

    def __init__(self, parameter, part):
        self.parameter, self.part = parameter, part
        self.stored_transposed = parameter.stored_transposed

    @property
    def grad(self):
        grad = self.parameter.grad
        width = grad.shape[-1] // 2
        return grad[..., self.part * width : (self.part + 1) * width]


def transformers_segformer(v):
    a = v.args
    fixed = {"patch_sizes": [7, 3, 3, 3], "strides": [4, 2, 2, 2]}
    if any(list(a.get(k, value)) != value for k, value in fixed.items()):
        raise NotCovered("other patches or strides than the published")
    backbone = ResampleMiT(
        in_channels=a.get("num_channels", 3),
        embed_dims=a.get("hidden_sizes", [32, 64, 160, 256]),
        num_heads=a.get("num_attention_heads", [1, 2, 5, 8]),
        mlp_ratios=a.get("mlp_ratios", [4, 4, 4, 4]),
        sr_ratios=a.get("sr_ratios", [8, 4, 2, 1]),
        depths=a.get("depths", [2, 2, 2, 2]),
    )
    use_epsilon(backbone, {})
    width = a.get("decoder_hidden_size", 256)
    layer = ResampleSegFormer(a.get("num_labels", 2), backbone, width)
    keys = [name for name in v.weights if ".self.key." in name]
    for name in keys:
        value = v.arrays.pop(f"p:{name.replace('key', 'value')}")
        joint = np.concatenate([v.arrays.pop(f"p:{name}"), value])
        v.arrays[f"p:{name.replace('key', 'kv')}"] = joint
    leaves = fill(layer, v, from_transformers)
    for name in keys:
        kv = leaves[f"p:{name.replace('key', 'kv')}"]
        leaves[f"p:{name}"] = Half(kv, 0)
        leaves[f"p:{name.replace('key', 'value')}"] = Half(kv, 1)
    x = v.input()
    maps = layer.backbone(x)
    outputs = {f"out:hidden{i}": y for i, y in enumerate(maps, 1)}
    return {"out": layer.decode(*maps), **outputs}, {"x": x, **leaves}


ADAPTERS = {
    ("model_mit", "MixVisionTransformer"): mix_vision_transformer,
    ("model_segformer_head", "SegFormerHead"): head,
    (
        "model_hf_segformer",
        "SegformerForSemanticSegmentation",
    ): transformers_segformer,
}
