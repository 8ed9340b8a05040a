"""A2U: the kernels for both directions, downsampling the guide and upsampling x.

The module's downsampling half has no operator of its own here; it is put together from
the upsampler's affinity and the strided reassembly."""

import paddle.nn as nn
import paddle.nn.functional as F

from adapters.weights import NotCovered, fill
from paddle_resample import ops
from paddle_resample.up import A2u


def up_and_down(v):
    a = v.args
    c, k = a["c"], a.get("up_kernel_size", 3)
    if a.get("downupsample_group", 1) > 1:
        raise NotCovered("groups, whose kernels the module orders in two ways")
    x, guide = v.input(), v.input("guide")
    layer = A2u(
        x.shape[1],
        guide_channels=c,
        kernel_size=k,
        encoder_kernel=a.get("encode_kernel_size", 6),
        share=a.get("share", True),
    )
    layer.bconv_DP = nn.Sequential(nn.AdaptiveAvgPool2D(1), nn.Conv2D(c, 4 * k * k, 1))
    leaves = fill(layer, v)
    down_kernels = F.softmax(layer.affinity(guide) * layer.bconv_DP(guide), axis=1)
    outputs = {
        "out:idx_en": down_kernels,
        "out:idx_de": layer.kernels(x, guide),
        "out:down": ops.reassemble_down(guide, down_kernels, 2 * k, 2),
        "out:up": layer(x, guide=guide),
    }
    return outputs, {"x": x, "guide": guide, **leaves}


ADAPTERS = {("a2u", "InterChannelUpDown"): up_and_down}
