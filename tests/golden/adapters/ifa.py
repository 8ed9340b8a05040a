"""Implicit feature alignment: one level, the features alone, and the head of four."""

import paddle
import paddle.nn as nn

from adapters.weights import fill
from paddle_resample.blocks.implicit_alignment import (
    AlignedFeatures,
    _nearest,
    pointwise_network,
)


class Head(nn.Layer):
    """The released head: every level's code and feature, then one network."""

    def __init__(self, a):
        super().__init__()
        n = a["pos_dim"] // 4 if a["ultra_pe"] else 0
        for level in range(1, 5):
            code = AlignedFeatures(
                n,
                a["require_grad"] and a["ultra_pe"],
                a["unfold"],
                "last" if a["local"] else "none",
            )
            self.add_sublayer(f"pos{level}", code)
        read = 2 + 4 * n + a["channels"] * (9 if a["unfold"] else 1)
        widths = a.get("widths", [512, 256, 256])
        self.imnet = pointwise_network(4 * read, widths, a["num_classes"])

    def forward(self, *maps):
        size = maps[0].shape[2:]
        levels = [getattr(self, f"pos{i}")(x, size) for i, x in enumerate(maps, 1)]
        return self.imnet(paddle.concat(levels, axis=1)).reshape([0, -1, *size])


def head(v):
    layer = Head(v.args)
    leaves = fill(layer, v)
    maps = {f"x{level}": v.input(f"x{level}") for level in range(1, 5)}
    return {"out": layer(*maps.values())}, {**maps, **leaves}


def features(v):
    size, x = v.args["size"], v.input()
    layer = AlignedFeatures(0, False, False)
    if not v.args["local"]:
        y = layer(x, size).transpose([0, 2, 1])
        return {"out:coord": y[..., :2], "out:feat": y[..., 2:]}, {"x": x}
    outputs = {}
    signs = [(row, column) for row in (-1, 1) for column in (-1, 1)]
    for k, (row, column) in enumerate(signs):
        rows, columns = (
            _nearest(m, n, sign * v.args.get("stride", 1))
            for m, n, sign in zip(size, x.shape[2:], (row, column))
        )
        y = layer._at(x, rows, columns).transpose([0, 2, 1])
        outputs[f"out:coord{k}"], outputs[f"out:feat{k}"] = y[..., :2], y[..., 2:]
        outputs[f"out:area{k}"] = (y[..., 0] * y[..., 1]).abs() + 1e-9
    return outputs, {"x": x}


def level(v):
    a, x = v.args, v.input()
    n = a["pos_dim"] // 4 if a.get("ultra_pe") else 0
    local = "last" if a["local"] else "none"
    y = AlignedFeatures(n, False, a["unfold"], local)(x, a["size"])
    return {"out": y.transpose([0, 2, 1])}, {"x": x}


ADAPTERS = {
    ("ifa", "ifa_simfpn"): head,
    ("ifa", "ifa_feat"): features,
    ("ifa", "ifa_simfpn, one level, local"): level,
    ("ifa", "ifa_simfpn, one level"): level,
}
