"""Attention whose keys and values come from a smaller map (PVT, SegFormer)."""

import math

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle.nn.initializer import Normal, TruncatedNormal

from ...errors import UsageError
from .tokens import to_map, to_tokens

__all__ = ["SpatialReductionAttention", "conv", "linear"]

_POOLED = 7  # side of the map that linear attention pools to


class SpatialReductionAttention(nn.Layer):
    """Multi-head attention of every token to the tokens of a reduced map.

    Args:
        channels: C, a multiple of heads.
        heads: number of heads.
        reduction: R, sides of the map are divided by it (convolution of kernel and
            stride R, then LayerNorm); 1 reduces nothing.
        pooled: linear attention of PVT v2-Li instead: the map is averaged to 7x7, then
            1x1 convolution, LayerNorm, GELU; R is not used.
        qkv_bias: whether q and kv have biases.

    Call:
        x: float [N, H*W, C]; where nothing is reduced, further tokens may precede.
        size: (H, W), as `ops.spatial_size` gives it.

    Returns:
        [N, H*W, C], dtype of x.

    Grid: rows and columns beyond a multiple of R take no part as keys and values.

    Cost: 4*C*C (+ 4*C) parameters, and R*R*C*C + 3*C with a reduction.

    Source: Wang et al., "Pyramid vision transformer", ICCV 2021, section 3.3; "PVT v2",
    CVMJ 2022, section 3.1 (linear).

    Raises:
        UsageError: heads do not divide C; a map smaller than R (eager execution only).
    """

    def __init__(self, channels, heads, reduction=1, pooled=False, qkv_bias=True):
        super().__init__()
        if channels % heads:
            raise UsageError(
                f"SpatialReductionAttention: {channels} channels cannot be shared by "
                f"{heads} heads"
            )
        self.heads = heads
        self.reduction = reduction
        self.pooled = pooled
        self.scale = (channels // heads) ** -0.5
        self.q = linear(channels, channels, qkv_bias)
        self.kv = linear(channels, 2 * channels, qkv_bias)
        self.proj = linear(channels, channels)
        if pooled or reduction > 1:
            k = 1 if pooled else reduction
            self.sr = conv(channels, channels, k, stride=k)
            self.norm = nn.LayerNorm(channels)

    def forward(self, x, size):
        q = self._heads(self.q(x), 1)[0]
        k, v = self._heads(self.kv(self.reduce(x, size)), 2)
        weights = F.softmax(paddle.matmul(q, k, transpose_y=True) * self.scale)
        y = paddle.matmul(weights, v).transpose([0, 2, 1, 3])
        return self.proj(y.flatten(2))

    def reduce(self, x, size):
        """Tokens that keys and values are made of, [N, M, C]."""
        if self.pooled:
            y = F.adaptive_avg_pool2d(to_map(x, size), _POOLED)
            return F.gelu(self.norm(to_tokens(self.sr(y))))
        if self.reduction == 1:
            return x
        self._check_size(size)
        return self.norm(to_tokens(self.sr(to_map(x, size))))

    def _heads(self, tokens, parts):
        """[N, L, parts*C] -> `parts` tensors [N, heads, L, C / heads]."""
        each = tokens.shape[2] // parts // self.heads
        tokens = tokens.reshape([0, 0, parts, self.heads, each])
        return tokens.transpose([2, 0, 3, 1, 4]).unbind(0)

    def _check_size(self, size):
        if paddle.in_dynamic_mode() and min(size) < self.reduction:
            raise UsageError(
                f"SpatialReductionAttention: a reduction by {self.reduction} needs a "
                f"map of at least {self.reduction}x{self.reduction}, not "
                f"{size[0]}x{size[1]}; give a larger image"
            )


def linear(in_channels, out_channels, bias=True):
    """Linear layer with the initialization of the PVT family: truncated normal of
    deviation 0.02, bias 0."""
    initializer = TruncatedNormal(std=0.02)
    return nn.Linear(in_channels, out_channels, initializer, None if bias else False)


def conv(in_channels, out_channels, kernel_size, **options):
    """Convolution with the initialization of the PVT family: normal of variance 2 /
    (weights that one input reaches), bias 0."""
    fan_out = kernel_size**2 * out_channels // options.get("groups", 1)
    initializer = Normal(0.0, math.sqrt(2.0 / fan_out))
    return nn.Conv2D(
        in_channels, out_channels, kernel_size, weight_attr=initializer, **options
    )
