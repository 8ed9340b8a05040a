"""Swin-Unet and its transformer block."""

import paddle.nn as nn

from adapters.weights import NotCovered, fill
from paddle_resample import build
from paddle_resample.seg.nets import ResampleSwinUNet
from paddle_resample.seg.nets.swin_block import (
    SwinBlock,
    WindowAttention,
    window_and_shift,
)

# What the official code takes and evaluation does not notice.
_IDLE = ("depths_decoder", "drop_rate", "attn_drop_rate", "use_checkpoint")


def adapt_attention(layer, qkv_bias=True, qk_scale=None):
    for part in layer.sublayers(include_self=True):
        if isinstance(part, WindowAttention):
            if not qkv_bias:
                width = part.qkv.weight.shape[0]
                part.qkv = nn.Linear(width, 3 * width, bias_attr=False)
            part.scale = qk_scale or part.scale


def swin_unet(v):
    a = {key: value for key, value in v.args.items() if key not in _IDLE}
    if a.pop("final_upsample", "expand_first") != "expand_first":
        raise NotCovered("another final upsampling")
    attention = {k: a.pop(k) for k in ("qkv_bias", "qk_scale") if k in a}
    embed = {"name": "patch_embed", "norm": a.pop("patch_norm", True)}
    width = a.get("embed_dim", 96)
    layer = ResampleSwinUNet(in_channels=a.pop("in_chans", 3), embed=embed, **a)
    # The official code enlarges by four whatever the patch is.
    layer.up = build("final_patch_expand", width)
    adapt_attention(layer, **attention)
    x, leaves = v.input(), fill(layer, v)
    return {"out": layer.output(layer.up(layer.features(x)))}, {"x": x, **leaves}


def swin_block(v):
    a = v.args
    resolution, window = a["input_resolution"], a.get("window_size", 7)
    window, shift = window_and_shift(resolution, window)
    block = SwinBlock(
        a["dim"],
        a["num_heads"],
        window=window,
        shift=a.get("shift_size", 0) if shift else 0,
        mlp_ratio=a.get("mlp_ratio", 4.0),
    )
    adapt_attention(block, a.get("qkv_bias", True), a.get("qk_scale"))
    x, leaves = v.input(), fill(block, v, ResampleSwinUNet.official_name)
    y = block(x.reshape([0, *resolution, a["dim"]])).flatten(1, 2)
    return {"out": y}, {"x": x, **leaves}


ADAPTERS = {
    ("model_swin_unet", "SwinTransformerSys"): swin_unet,
    ("swin_tokens", "SwinTransformerBlock"): swin_block,
}
