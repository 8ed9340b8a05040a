"""Encoder layers of a deformable transformer, and the sine code of positions."""

import math

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle.nn.initializer import XavierUniform

from ...initialise import torch_uniform
from .ms_deform_attn import MSDeformAttn

__all__ = ["EncoderLayer", "position_code"]


class EncoderLayer(nn.Layer):
    """Deformable attention among all tokens and two linear layers, each followed by the
    sum with its input and layer norm."""

    def __init__(self, attention, feedforward, dropout):
        super().__init__()
        channels = attention[0]

        def linear(arriving, leaving):
            return nn.Linear(
                arriving, leaving, XavierUniform(), torch_uniform(arriving)
            )

        self.self_attn = MSDeformAttn(*attention)
        self.norm1 = nn.LayerNorm(channels)
        self.linear1 = linear(channels, feedforward)
        self.linear2 = linear(feedforward, channels)
        self.norm2 = nn.LayerNorm(channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens, position, reference, sizes):
        y = self.self_attn(tokens + position, reference, tokens, sizes)
        tokens = self.norm1(tokens + self.dropout(y))
        y = self.linear2(self.dropout(F.relu(self.linear1(tokens))))
        return self.norm2(tokens + self.dropout(y))


def position_code(size, channels):
    """Sine code of every pixel, [1, h*w, channels]: half of it says the row, half the
    column, both counted from 1 and divided by the side."""
    number = channels // 2
    exponent = paddle.arange(number // 2, dtype="float32") * (2.0 / number)
    frequency = 2.0 * math.pi / 10000.0**exponent

    def code(side):
        index = paddle.arange(side).astype("float32") + 1.0
        # The last is the side, which is unknown while a program is traced.
        angle = (index / (index[-1:] + 1e-6)).unsqueeze(1) * frequency
        return paddle.stack([angle.sin(), angle.cos()], axis=-1).flatten(1)

    rows, columns = code(size[0]).unsqueeze(1), code(size[1]).unsqueeze(0)
    rows, columns = rows + 0.0 * columns, columns + 0.0 * rows  # [h, w, number]
    return paddle.concat([rows, columns], axis=-1).flatten(0, 1).unsqueeze(0)
