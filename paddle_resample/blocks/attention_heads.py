"""Multi-head attention under the names of PyTorch's parameters: the projections, and
the weights of one head after another."""

from __future__ import annotations

from collections.abc import Iterator

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Constant, XavierUniform

from ..initialise import torch_uniform

__all__ = ["HeadProjections", "head_weights"]


class HeadProjections(nn.Layer):
    """Projections to queries, keys and values, stored (out, in) as PyTorch does.

    `out_proj`, the projection of the joined heads, is applied by the caller.

    Args:
        width: D, channels of the input and of the result.
        value_channels: channels of the values if not D; their projection then is a
            parameter of its own, as in PyTorch.

    Shape:
        x [..., channels], part 0, 1 or 2 for queries, keys or values -> [..., D].
    """

    def __init__(self, width: int, value_channels: int | None = None):
        super().__init__()
        self.width = width
        self.separate = value_channels not in (None, width)
        if self.separate:
            self.q_proj_weight = self._weight(width, width)
            self.k_proj_weight = self._weight(width, width)
            self.v_proj_weight = self._weight(width, value_channels)
        else:
            self.in_proj_weight = self._weight(3 * width, width)
        zero = Constant(0.0)
        self.in_proj_bias = self.create_parameter([3 * width], default_initializer=zero)
        init = torch_uniform(width)
        self.out_proj = nn.Linear(width, width, init, paddle.ParamAttr(None, zero))

    def _weight(self, outputs, inputs):
        init = XavierUniform(fan_in=inputs, fan_out=outputs)
        return self.create_parameter([outputs, inputs], default_initializer=init)

    def forward(self, x: Tensor, part: int) -> Tensor:
        rows = slice(part * self.width, (part + 1) * self.width)
        if self.separate:
            names = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
            weight = getattr(self, names[part])
        else:
            weight = self.in_proj_weight[rows]
        return paddle.matmul(x, weight, transpose_y=True) + self.in_proj_bias[rows]


def head_weights(
    queries: Tensor, keys: Tensor, heads: int, bias: Tensor | None = None
) -> Iterator[Tensor]:
    """Yield softmax(q k / sqrt(d) + bias) of one head at a time.

    Args:
        queries: float [N, Q, D], projected; the heads are neighbouring channels.
        keys: float [N, K, D], projected.
        heads: number of heads, divides D.
        bias: [Q, K] or None.

    Yields:
        [N, Q, K] of each head; rows sum to 1.
    """
    depth = queries.shape[-1] // heads
    for head in range(heads):
        part = slice(head * depth, (head + 1) * depth)
        logits = paddle.matmul(
            queries[..., part] * depth**-0.5, keys[..., part], transpose_y=True
        )
        if bias is not None:
            logits = logits + bias.astype(logits.dtype)
        yield F.softmax(logits, axis=-1)
