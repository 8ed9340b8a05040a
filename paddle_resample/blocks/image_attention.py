"""Parts of upsamplers that let every fine pixel attend to the coarse ones: the encoder
of the image, its rotary position code, and the attention whose averaged weights mix the
coarse pixels themselves."""

import math

import numpy as np
import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle.nn.initializer import Assign, Constant, XavierUniform

from ..initialise import torch_uniform
from ..ops import interpolate, regular_grid, spatial_size

__all__ = [
    "ImageAttention",
    "Rotary",
    "count_attention",
    "count_encoder",
    "encoder",
    "group_norm",
    "pooled",
]

_GROUPS = 8  # of the encoders' group norms


def encoder(in_channels, width, kernel_size=1):
    """A convolution without bias and two residual blocks of 1x1 convolutions.

    Args:
        in_channels: of the map.
        width: channels of the result, a multiple of 8.
        kernel_size: of the first convolution, odd; borders are reflected.

    Returns:
        nn.Sequential.
    """
    blocks = [_Residual(width), _Residual(width)]
    return nn.Sequential(_conv(in_channels, width, kernel_size), *blocks)


def count_encoder(in_channels, width, kernel_size=1):
    """(parameters, multiply-accumulates per pixel) of `encoder`.

    >>> count_encoder(3, 128)
    (66944, 65920)
    """
    weights = in_channels * width * kernel_size**2 + 4 * width * width
    return weights + 8 * width, weights


def pooled(x, size):
    """Mean of x over the cells of a map of `size`.

    Args:
        x: [N, C, H, W].
        size: (h, w), ints or an integer Tensor.

    Returns:
        [N, C, h, w]; x itself if it has that size.
    """
    if paddle.in_dynamic_mode() and list(size) == spatial_size(x):
        return x
    return interpolate(x, size=size, mode="area")


def group_norm(x):
    """Normalise each of 8 groups of channels over the map, without parameters.

    Args:
        x: float [N, D, H, W], D a multiple of 8.

    Returns:
        the same shape.
    """
    size = spatial_size(x)
    groups = x.reshape([-1, _GROUPS, x.shape[1] // _GROUPS, size[0], size[1]])
    groups = groups - groups.mean([2, 3, 4], keepdim=True)
    variance = (groups * groups).mean([2, 3, 4], keepdim=True)
    groups = groups * paddle.rsqrt(variance + 1e-5)
    return groups.reshape([-1, x.shape[1], size[0], size[1]])


class Rotary(nn.Layer):
    """Rotate channel pairs by angles that grow with the pixel's position.

    Args:
        width: channels, a multiple of 4; the first half turns with the row, the second
            with the column, both from 0 to 1 across the map.
        theta: base of the frequencies.

    Call: x float [N, width, H, W] -> the same shape. The angles are formed in the
    dtype of the parameter `freqs`, float32 under mixed precision.
    """

    def __init__(self, width, theta=100):
        super().__init__()
        line = theta ** np.linspace(0, -1, width // 4)
        freqs = np.zeros([2, width])
        freqs[0, : width // 2] = freqs[1, width // 2 :] = np.tile(line, 2)
        start = Assign((freqs * 2 * math.pi).astype("float32"))
        self.freqs = self.create_parameter([2, width], default_initializer=start)

    def forward(self, x):
        grid = regular_grid(spatial_size(x), align_corners=True)
        grid = ((grid + 1) / 2).astype(self.freqs.dtype)  # [1, H, W, (column, row)]
        row, column = self.freqs.reshape([2, 1, -1, 1, 1])
        angle = grid[..., 1].unsqueeze(1) * row + grid[..., 0].unsqueeze(1) * column
        half = x.shape[1] // 2
        turned = paddle.concat([-x[:, half:], x[:, :half]], axis=1)
        return x * angle.cos().astype(x.dtype) + turned * angle.sin().astype(x.dtype)


class ImageAttention(nn.Layer):
    """y = mean over heads of softmax(q k / sqrt(d)), times the coarse pixels.

    Args:
        width: channels of queries and keys, a multiple of heads.
        heads: of the attention.
        chunk: query pixels whose weights are held at a time; without gradients memory
            stays below chunk * h * w numbers a head. While a program is traced all are
            held.
        value_channels: None, or the channels of a value projection that the released
            module has beside its purpose.

    Call: queries [N, width, H', W'], keys [N, width, h, w], x [N, C, h, w], bias None
    or a function of query positions (int [Q]) that gives what is added to the logits,
    [Q, h*w] -> [N, C, H', W'].

    The released modules take the weights of PyTorch's multi-head attention and throw
    its result away: `v_proj_weight`, `out_proj` and `norm_v` are here under their names
    so that released weights load, but are frozen, since nothing uses them.
    """

    def __init__(self, width, heads, chunk, value_channels=None):
        super().__init__()
        self.chunk = chunk
        self.conv2d = nn.Conv2D(
            width,
            width,
            3,
            padding=1,
            weight_attr=torch_uniform(9 * width),
            bias_attr=False,
        )
        self.cross_attn = _Weights(width, heads, value_channels)

    def forward(self, queries, keys, x, bias=None):
        fine, n = spatial_size(queries), x.shape[0]
        queries = self.cross_attn.queries(self.conv2d(queries))
        keys = self.cross_attn.keys(keys)
        values = x.flatten(2).transpose([0, 2, 1])
        positions = paddle.arange(fine[0] * fine[1])

        def attend(queries, positions):
            more = None if bias is None else bias(positions)
            return paddle.matmul(self.cross_attn(queries, keys, more), values)

        if paddle.in_dynamic_mode():
            y = [
                attend(queries[:, :, i : i + self.chunk], positions[i : i + self.chunk])
                for i in range(0, fine[0] * fine[1], self.chunk)
            ]
            y = paddle.concat(y, axis=1)
        else:
            y, n = attend(queries, positions), -1
        y = y.transpose([0, 2, 1])
        return y.reshape([n, x.shape[1], fine[0], fine[1]])


def count_attention(width):
    """(parameters in use, multiply-accumulates per query, per key), but the products.

    >>> count_attention(128)
    (180864, 163840, 16384)
    """
    square = width * width
    projections = 2 * square + 3 * width
    return 9 * square + projections + 2 * width, 10 * square, square


class _Weights(nn.Layer):
    """Norms and projections of the attention, and its weights averaged over heads."""

    def __init__(self, width, heads, value_channels):
        super().__init__()
        self.norm_q, self.norm_k = _RmsNorm(width), _RmsNorm(width)
        if value_channels is not None:
            self.norm_v = _frozen(_RmsNorm(value_channels))
        self.attention = _Projections(width, value_channels)
        self.heads = heads
        self.depth = width // heads

    def queries(self, x):
        return self._heads(self.norm_q(x), 0)

    def keys(self, x):
        return self._heads(self.norm_k(x), 1)

    def _heads(self, x, part):
        """[N, D, H, W] -> [N, heads, H*W, depth], projected."""
        tokens = self.attention(x.flatten(2).transpose([0, 2, 1]), part)
        return tokens.reshape([0, -1, self.heads, self.depth]).transpose([0, 2, 1, 3])

    def forward(self, queries, keys, bias):
        total = 0.0
        for head in range(self.heads):  # one head's weights at a time
            logits = paddle.matmul(
                queries[:, head] * self.depth**-0.5, keys[:, head], transpose_y=True
            )
            if bias is not None:
                logits = logits + bias.astype(logits.dtype)
            total = total + F.softmax(logits, axis=-1)
        return total / self.heads


class _Projections(nn.Layer):
    """Parameters of PyTorch's multi-head attention, (out, in), under its names."""

    def __init__(self, width, value_channels):
        super().__init__()
        self.width = width
        self.apart = value_channels not in (None, width)
        if self.apart:
            self.q_proj_weight = self._weight(width, width)
            self.k_proj_weight = self._weight(width, width)
            self.v_proj_weight = self._weight(width, value_channels)
            self.v_proj_weight.stop_gradient = True
        else:
            self.in_proj_weight = self._weight(3 * width, width)
        self.in_proj_bias = self.create_parameter(
            [3 * width], default_initializer=Constant(0.0)
        )
        self.out_proj = _frozen(nn.Linear(width, width))

    def _weight(self, outputs, inputs):
        start = XavierUniform(fan_in=inputs, fan_out=outputs)
        return self.create_parameter([outputs, inputs], default_initializer=start)

    def forward(self, x, part):
        rows = slice(part * self.width, (part + 1) * self.width)
        if self.apart:
            weight = (self.q_proj_weight, self.k_proj_weight)[part]
        else:
            weight = self.in_proj_weight[rows]
        return paddle.matmul(x, weight, transpose_y=True) + self.in_proj_bias[rows]


class _RmsNorm(nn.Layer):
    """x / root mean square over channels, times a weight; x [N, D, H, W]."""

    def __init__(self, width):
        super().__init__()
        self.weight = self.create_parameter([width], default_initializer=Constant(1.0))

    def forward(self, x):
        square = (x * x).mean(1, keepdim=True)
        return (
            x
            * paddle.rsqrt(square + 1.1920929e-07)
            * self.weight.reshape([1, -1, 1, 1])
        )


class _Residual(nn.Layer):
    """x + conv(SiLU(norm(conv(SiLU(norm(x)))))), 1x1 without bias."""

    def __init__(self, width):
        super().__init__()
        self.norm1 = nn.GroupNorm(_GROUPS, width)
        self.conv1 = _conv(width, width, 1)
        self.norm2 = nn.GroupNorm(_GROUPS, width)
        self.conv2 = _conv(width, width, 1)

    def forward(self, x):
        y = self.conv1(F.silu(self.norm1(x)))
        return x + self.conv2(F.silu(self.norm2(y)))


def _conv(in_channels, out_channels, kernel_size):
    return nn.Conv2D(
        in_channels,
        out_channels,
        kernel_size,
        padding=kernel_size // 2,
        padding_mode="reflect" if kernel_size > 1 else "zeros",
        weight_attr=torch_uniform(in_channels * kernel_size**2),
        bias_attr=False,
    )


def _frozen(layer):
    for parameter in layer.parameters():
        parameter.stop_gradient = True
    return layer
