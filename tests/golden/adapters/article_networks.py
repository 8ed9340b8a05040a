"""The two decoders of the tutorials on up- and downsampling: SegFormer's, and one that
interpolates step by step."""

import paddle
import paddle.nn as nn

from adapters.weights import fill
from paddle_resample import ops
from paddle_resample.seg.nets.fpn import TopDownPathway


class SegformerDecoder(nn.Layer):
    """Every stage to one width, to the finest size, side by side, one convolution."""

    def __init__(self, in_channels, width):
        super().__init__()
        for stage, channels in enumerate(in_channels, 1):
            setattr(self, f"linear{stage}", nn.Linear(channels, width))
        self.fuse_conv = nn.Conv2D(width * len(in_channels), width, 1)

    def forward(self, tokens, sizes):
        maps = []
        for stage, (x, size) in enumerate(zip(tokens, sizes), 1):
            y = getattr(self, f"linear{stage}")(x)
            y = y.transpose([0, 2, 1]).reshape([0, -1, *size])
            if stage > 1:
                y = ops.interpolate(y, size=sizes[0], mode="bilinear")
            maps.append(y)
        return self.fuse_conv(paddle.concat(maps, axis=1))


def _inputs(v):
    return {f"x{stage}": v.input(f"x{stage}") for stage in (1, 2, 3, 4)}


def segformer_decoder(v):
    layer = SegformerDecoder(v.args["in_dims"], v.args["embed"])
    maps, leaves = _inputs(v), fill(layer, v)
    return {"out": layer(list(maps.values()), v.args["sizes"])}, {**maps, **leaves}


def stepwise_interpolation(v):
    strides = [2**stage for stage in range(len(v.args["in_dims"]))]
    layer = TopDownPathway("", v.args["in_dims"], strides, v.args["embed"], "nearest")
    maps = _inputs(v)
    leaves = fill(layer, v, lambda name: name.replace("conv.", "lateral."))
    results = layer(list(maps.values()))[:-1]
    outputs = {f"out:f{i}": y for i, y in enumerate(results, 1)}
    return outputs, {**maps, **leaves}


ADAPTERS = {
    ("seed_tokens", "SegFormer decoder from the seed"): segformer_decoder,
    (
        "seed_tokens",
        "stage-by-stage interpolation from the seed",
    ): stepwise_interpolation,
}
