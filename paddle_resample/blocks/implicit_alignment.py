"""Features of a coarse map at every fine pixel, and where each lies in its cell."""

from __future__ import annotations

import numpy as np
import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Assign

from ..initialise import torch_uniform
from ..ops.size import Size, spatial_size

__all__ = ["AlignedFeatures", "pointwise_network"]

_EDGE = 1e-6  # by which locations stay off the border and off ties


class AlignedFeatures(nn.Layer):
    """[code of the location in the cell, feature] of every fine pixel.

    Args:
        frequencies: n; the code is (row, column) and, with n > 0, the sines and cosines
            of n multiples of each.
        learned: whether the multiples are learned.
        unfold: whether the feature is the 3x3 neighbourhood, zeros outside.
        local: "none" reads the nearest coarse pixel; "ensemble" the four around,
            weighted by the area of the opposite rectangle; "last" the last of these
            four alone, as the released code does.

    Shape:
        x [N, C, h, w] -> [N, 2 + 4*n + C, H*W], row by row (9*C with unfold).
    """

    def __init__(
        self, frequencies: int, learned: bool, unfold: bool, local: str = "none"
    ):
        super().__init__()
        self.unfold, self.local = unfold, local
        if not frequencies:
            self.emb = None
        else:
            multiples = 2 ** np.linspace(0, 6, frequencies)
            rows = np.kron(np.eye(2), multiples[:, None]).astype("float32")
            if learned:
                self.emb = self.create_parameter(
                    list(rows.shape), default_initializer=Assign(rows)
                )
            else:
                self.register_buffer("emb", paddle.to_tensor(rows), persistable=False)

    def forward(self, x: Tensor, size: Size) -> Tensor:
        if self.unfold:
            height, width = (spatial_size(x)[i] for i in (0, 1))
            x = F.unfold(x, 3, paddings=1).reshape([0, -1, height, width])
        sides = spatial_size(x)
        if self.local == "none":
            rows = _nearest(size[0], sides[0], 0)
            columns = _nearest(size[1], sides[1], 0)
            return self._at(x, rows, columns)
        near = [[_nearest(size[i], sides[i], sign) for sign in (-1, 1)] for i in (0, 1)]
        queries = [(row, column) for row in near[0] for column in near[1]]
        areas = [
            paddle.abs(row[1].unsqueeze(1) * column[1]).flatten() + 1e-9
            for row, column in queries
        ]
        total = areas[0] + areas[1] + areas[2] + areas[3]
        chosen = [3] if self.local == "last" else [0, 1, 2, 3]
        parts = [
            self._at(x, *queries[k]) * (areas[3 - k] / total).astype(x.dtype)
            for k in chosen
        ]
        return sum(parts[1:], parts[0])

    def _at(self, x, rows, columns):
        feature = x.index_select(rows[0], axis=2).index_select(columns[0], axis=3)
        height, width = (spatial_size(feature)[i] for i in (0, 1))
        coordinates = paddle.stack(
            [
                rows[1].unsqueeze(1).expand([height, width]),
                columns[1].unsqueeze(0).expand([height, width]),
            ]
        ).flatten(1)  # [2, H*W]
        code = coordinates.astype(x.dtype)
        if self.emb is not None:
            angle = paddle.matmul(self.emb.astype(x.dtype), code)
            code = paddle.concat([code, paddle.sin(angle), paddle.cos(angle)])
        code = code.unsqueeze(0) + paddle.zeros_like(x[:, :1, 0, :1])
        return paddle.concat([code, feature.flatten(2)], axis=1)


def pointwise_network(
    in_channels: int, widths: list[int], out_channels: int
) -> nn.Sequential:
    """1x1 convolutions of [N, C, pixels], batch norm and ReLU between them."""
    layers: list[nn.Layer] = []
    for width in widths:
        layers += [_conv(in_channels, width), nn.BatchNorm1D(width), nn.ReLU()]
        in_channels = width
    return nn.Sequential(*layers, _conv(in_channels, out_channels))


def _conv(in_channels, out_channels):
    init = torch_uniform(in_channels)
    return nn.Conv1D(in_channels, out_channels, 1, weight_attr=init, bias_attr=init)


def _nearest(fine, coarse, sign):
    """(indices of the coarse pixels that fine ones read, fine centre minus theirs).

    The difference is in half coarse pixels. A sign moves the query by half a fine
    pixel. Halfway between two coarse pixels the even one is read, as by grid_sample.
    """
    index = paddle.arange(fine).astype("float64")
    fine, coarse = _number(fine), _number(coarse)
    centre = -1 + 1 / fine + 2 / fine * index
    query = centre
    if sign:
        query = paddle.clip(centre + sign / fine + _EDGE, _EDGE - 1, 1 - _EDGE)
    location = ((query + 1) * coarse - 1) / 2 + 0.5
    cell = paddle.floor(location)
    halfway = (location == cell) & (cell % 2 == 1)
    cell = cell - halfway.astype(cell.dtype)
    away = (centre + 1) * coarse - (2 * cell + 1)
    return cell.astype("int64"), away


def _number(count):
    """A float64 Tensor: Paddle 2.6 rounds Python's numbers beside one to float32."""
    if isinstance(count, int):
        return paddle.full([], count, "float64")
    return count.astype("float64")
