"""A2U: the kernels for both directions, downsampling the guide and upsampling x.

The module's downsampling half has no operator of its own here; it is put together from
the upsampler's affinity and the strided reassembly."""

import paddle.nn as nn
import paddle.nn.functional as F

from adapters.weights import fill
from paddle_resample import ops
from paddle_resample.up import A2U


def up_and_down(v):
    a = v.args
    c, k = a["c"], a.get("up_kernel_size", 3)
    groups = a.get("downupsample_group", 1)
    x, guide = v.input(), v.input("guide")
    layer = A2U(
        x.shape[1],
        guide_channels=c,
        kernel_size=k,
        encoder_kernel=a.get("encode_kernel_size", 6),
        share=a.get("share", True),
        groups=groups,
    )
    down = nn.Conv2D(c, 4 * k * k * groups, 1)
    layer.bconv_DP = nn.Sequential(nn.AdaptiveAvgPool2D(1), down)
    leaves = fill(layer, v)
    affinity = layer.affinity(guide)
    down_kernels = normalised(affinity * layer.bconv_DP(guide), groups)
    up_kernels = F.sigmoid(ops.pixel_shuffle(affinity * layer.bconv_UP(guide), 2))
    if k > 1:
        up_kernels = normalised(up_kernels, groups)
    outputs = {
        "out:idx_en": down_kernels,
        "out:idx_de": up_kernels if groups > 1 else layer.kernels(x, guide),
        "out:down": ops.reassemble_down(guide, down_kernels, 2 * k, 2, groups),
        "out:up": ops.reassemble(x, up_kernels, k, 2, groups)
        if groups > 1
        else layer(x, guide=guide),
    }
    return outputs, {"x": x, "guide": guide, **leaves}


def normalised(logits, groups):
    """Softmax over the taps, which the module takes for the outer of its two axes (tap,
    group), although it reads the result as (group, tap)."""
    height, width = logits.shape[2:]
    windows = logits.reshape([0, -1, groups, height, width])
    return F.softmax(windows, axis=1).flatten(1, 2)


ADAPTERS = {("a2u", "InterChannelUpDown"): up_and_down}
