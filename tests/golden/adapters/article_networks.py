"""The two decoders of the seed articles, composed from our interpolation."""

import paddle
import paddle.nn as nn

from adapters.weights import fill
from paddle_resample import ops


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


class StepwiseInterpolation(nn.Layer):
    """From the coarsest stage on: enlarge by nearest, add the next finer stage."""

    def __init__(self, in_channels, width):
        super().__init__()
        self.conv = nn.LayerList([nn.Conv2D(c, width, 1) for c in in_channels])

    def forward(self, maps):
        finer = [conv(x) for conv, x in zip(self.conv, maps)]
        y, results = finer.pop(), []
        while finer:
            skip = finer.pop()
            y = skip + ops.interpolate(y, size=skip.shape[2:], mode="nearest")
            results.append(y)
        return results[::-1]


def _inputs(v):
    return {f"x{stage}": v.input(f"x{stage}") for stage in (1, 2, 3, 4)}


def segformer_decoder(v):
    layer = SegformerDecoder(v.args["in_dims"], v.args["embed"])
    maps, leaves = _inputs(v), fill(layer, v)
    return {"out": layer(list(maps.values()), v.args["sizes"])}, {**maps, **leaves}


def stepwise_interpolation(v):
    layer = StepwiseInterpolation(v.args["in_dims"], v.args["embed"])
    maps, leaves = _inputs(v), fill(layer, v)
    results = layer(list(maps.values()))
    outputs = {f"out:f{i}": y for i, y in enumerate(results, 1)}
    return outputs, {**maps, **leaves}


ADAPTERS = {
    ("seed_tokens", "SegFormer decoder from the seed"): segformer_decoder,
    (
        "seed_tokens",
        "stage-by-stage interpolation from the seed",
    ): stepwise_interpolation,
}
