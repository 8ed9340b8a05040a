"""A transformer whose queries, the pixels of a fine map, attend to a coarse map."""

from __future__ import annotations

import paddle
import paddle.nn as nn
from paddle import Tensor

from ..ops import spatial_size
from .attention_heads import HeadProjections, head_weights
from .conv import linear
from .tiles import fitting_tile, over_tiles

__all__ = ["CrossAttentionTransformer", "count_transformer"]


class CrossAttentionTransformer(nn.Layer):
    """Layers of q = q + attention(norm(q), norm(k)), q = q + mlp(q), and a last norm.

    The attention is computed in tiles, see `tiles`, in training too. Only a program
    traced in training mode holds N * heads * H*W * h*w weights at a time: Paddle has
    no gradient of its loop.

    Args:
        width: D, a multiple of heads.
        hidden: channels between the two linear layers of the mlp.
        heads: heads of the attention.
        layers: number of layers.

    Shape:
        queries [N, H, W, D], keys, which are the values too, [N, h, w, D] ->
        [N, H, W, D].
    """

    def __init__(self, width: int, hidden: int, heads: int, layers: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.layers = nn.LayerList(
            nn.LayerList([_CrossAttention(width, heads), _Mlp(width, hidden)])
            for _ in range(layers)
        )

    def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
        for attention, mlp in self.layers:
            queries = attention(queries, keys) + queries
            queries = mlp(queries) + queries
        return self.norm(queries)


def count_transformer(width: int, hidden: int, layers: int) -> tuple[int, int, int]:
    """(parameters, multiply-accumulates per query, per key), without the products of
    queries and keys.

    >>> count_transformer(276, 256, 2)
    (899168, 587328, 304704)
    """
    square, mlp = width * width, 2 * width * hidden
    layer = 4 * square + 4 * width + mlp + hidden + width + 6 * width
    per_query, per_key = layers * (2 * square + mlp), layers * 2 * square
    return layers * layer + 2 * width, per_query, per_key


class _CrossAttention(nn.Layer):
    """Norms, projections, attention and the projection of the joined heads."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm_q, self.norm_kv = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = HeadProjections(width)

    def forward(self, queries, keys):
        fine, coarse = spatial_size(queries, "NHWC"), spatial_size(keys, "NHWC")
        batch = keys.shape[0] if paddle.in_dynamic_mode() else paddle.shape(keys)[0]
        queries = self.attention(self.norm_q(queries), 0)
        keys = self.norm_kv(keys)
        keys, values = self.attention(keys, 1), self.attention(keys, 2)

        def attend(queries, origin, keys, values):
            tile = spatial_size(queries, "NHWC")
            values = paddle.split(values.flatten(1, 2), self.heads, axis=-1)
            weights = head_weights(
                queries.flatten(1, 2), keys.flatten(1, 2), self.heads
            )
            y = [paddle.matmul(w, v) for w, v in zip(weights, values)]
            y = paddle.concat(y, axis=-1)
            return y.reshape([-1, tile[0], tile[1], y.shape[-1]])

        tile = fitting_tile(fine, batch * coarse[0] * coarse[1])
        if self.training and not paddle.in_dynamic_mode():
            tile = None
        return self.attention.out_proj(over_tiles(attend, queries, tile, keys, values))


class _Mlp(nn.Layer):
    """linear(GELU(linear(norm(x)))), under the released names."""

    def __init__(self, width, hidden):
        super().__init__()
        self.net = nn.Sequential(
            nn.LayerNorm(width),
            linear(width, hidden),
            nn.GELU(),
            nn.Identity(),  # the released dropout, so that the numbers agree
            linear(hidden, width),
        )

    def forward(self, x):
        return self.net(x)
