"""Upsamplers that let every fine pixel attend to the coarse ones: the attention whose
averaged weights mix the coarse pixels themselves, and the layers around it."""

from __future__ import annotations

from collections.abc import Sequence

import paddle
import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import Constant

from ..base import whole_number
from ..errors import UsageError
from ..ops import spatial_size
from .attention_heads import HeadProjections, head_weights
from .conv import conv
from .guided import GuidedUpsampler
from .image_encoder import encoder, pooled
from .key_window import KeyWindow
from .rotary import Rotary
from .tiles import fitting_tile, over_tiles

__all__ = ["AttentionUpsampler", "ImageAttention", "count_attention"]


class AttentionUpsampler(GuidedUpsampler):
    """Encoders of the guide for the queries and keys of an `ImageAttention`.

    A subclass implements `forward`.

    Args:
        in_channels, out_channels, guide_channels, scale: as of every guided upsampler.
        width: D, channels of queries and keys, a multiple of 8 and of heads.
        heads: heads of the attention.
        kernel_size: of the first convolution on the guide, odd.

    Raises:
        UsageError: a width that does not divide, another number out of its range.
    """

    learned = True
    any_size = True
    guide_is_image = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None,
        *,
        guide_channels: int | None,
        scale: int,
        width: int,
        heads: int,
        kernel_size: int = 1,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        whole_number(self.name, "heads", heads)
        self.kernel_size = whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "width", width)
        if width % 8 or width % heads:
            raise UsageError(
                f"{self.name}: width={width} must be a multiple of 8 and of "
                f"heads={heads}"
            )
        self.image_encoder = encoder(self.guide_channels, width, kernel_size)
        self.key_encoder = encoder(width, width)
        self.query_encoder = encoder(width, width)
        self.rope = Rotary(width)

    def _queries_and_keys(
        self, x: Tensor, guide: Tensor, size: Sequence[int] | None
    ) -> tuple[Tensor, Tensor]:
        """Encode the guide and average it to both resolutions.

        Args:
            x: [N, C, h, w].
            guide: [N, G, H'', W''].
            size: (H', W') of the result, or None for the guide's.

        Returns:
            queries [N, D, H', W'], keys [N, D, h, w].
        """
        fine = spatial_size(guide)
        if paddle.in_dynamic_mode() and min(fine) <= self.kernel_size // 2:
            raise UsageError(
                f"{self.name}: the guide of {fine[0]}x{fine[1]} is too small to "
                f"reflect {self.kernel_size // 2} pixels at its border"
            )
        image = self.rope(self.image_encoder(guide))
        queries = pooled(self.query_encoder(image), fine if size is None else size)
        return queries, pooled(self.key_encoder(image), spatial_size(x))


class ImageAttention(nn.Layer):
    """y = mean over heads of softmax(q k / sqrt(d)), times the coarse pixels.

    The queries are processed in tiles, see `tiles`, in training too. Only a program
    traced in training mode holds N * heads * H'*W' * h*w weights at a time: Paddle has
    no gradient of its loop.

    Args:
        width: D, channels of queries and keys, a multiple of heads.
        heads: heads of the attention.
        value_channels: None, or the channels of a value projection that the released
            module has but does not use.
        window: reach of a `KeyWindow`, None for all keys.

    Shape:
        queries [N, D, H', W'], keys [N, D, h, w], x [N, C, h, w] -> [N, C, H', W'].

    The released modules take the weights of PyTorch's multi-head attention and discard
    its result: `v_proj_weight`, `out_proj` and `norm_v` are here under their names so
    that released weights load, but are frozen, since nothing uses them.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        value_channels: int | None = None,
        window: float | None = None,
    ):
        super().__init__()
        self.heads, self.window = heads, window
        self.conv2d = conv(width, width, 3, bias=False)
        self.cross_attn = _NormsAndProjections(width, value_channels)

    def forward(self, queries: Tensor, keys: Tensor, x: Tensor) -> Tensor:
        fine, coarse = spatial_size(queries), spatial_size(keys)
        batch = x.shape[0] if paddle.in_dynamic_mode() else paddle.shape(x)[0]
        queries = self.cross_attn(self.conv2d(queries), 0)
        keys = self.cross_attn(keys, 1)
        window = None
        if self.window is not None:
            window = KeyWindow(self.window, fine, coarse)

        def attend(queries, origin, keys, values):
            tile, bias = spatial_size(queries, "NHWC"), None
            if window is not None:
                (keys, values), bias = window.cut(tile, origin, keys, values)
            weights = head_weights(
                queries.flatten(1, 2), keys.flatten(1, 2), self.heads, bias
            )
            y = paddle.matmul(sum(weights) / self.heads, values.flatten(1, 2))
            return y.reshape([-1, tile[0], tile[1], x.shape[1]])

        if self.training and not paddle.in_dynamic_mode():
            tile = None
        elif window is not None:
            tile = window.tile(batch)
        else:
            tile = fitting_tile(fine, batch * coarse[0] * coarse[1])
        y = over_tiles(attend, queries, tile, keys, x.transpose([0, 2, 3, 1]))
        return y.transpose([0, 3, 1, 2])


def count_attention(width: int) -> tuple[int, int, int]:
    """(parameters in use, multiply-accumulates per query, per key), without the
    products of queries and keys.

    >>> count_attention(128)
    (180864, 163840, 16384)
    """
    square = width * width
    projections = 2 * square + 3 * width
    return 9 * square + projections + 2 * width, 10 * square, square


class _NormsAndProjections(nn.Layer):
    """[N, D, H, W] -> [N, H, W, D], normalised and projected; part 0 of queries, 1 of
    keys."""

    def __init__(self, width, value_channels):
        super().__init__()
        self.norm_q, self.norm_k = _RmsNorm(width), _RmsNorm(width)
        unused = []
        if value_channels is not None:
            self.norm_v = _RmsNorm(value_channels)
            unused += self.norm_v.parameters()
        self.attention = HeadProjections(width, value_channels)
        unused += self.attention.out_proj.parameters()
        if self.attention.separate:
            unused.append(self.attention.v_proj_weight)
        for parameter in unused:
            parameter.stop_gradient = True

    def forward(self, x, part):
        x = (self.norm_q, self.norm_k)[part](x)
        return self.attention(x.transpose([0, 2, 3, 1]), part)


class _RmsNorm(nn.Layer):
    """x / root mean square over channels, times a weight; x [N, D, H, W]."""

    def __init__(self, width):
        super().__init__()
        self.weight = self.create_parameter([width], default_initializer=Constant(1.0))

    def forward(self, x):
        square = (x * x).mean(1, keepdim=True)
        scale = paddle.rsqrt(square + 1.1920929e-07)
        return x * scale * self.weight.reshape([1, -1, 1, 1])
