"""JAFAR: every pixel of the image attends to the coarse pixels, and their weighted mean
is the result, at any resolution."""

from __future__ import annotations

from typing import Any

import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor

from ..base import Site
from ..blocks.conv import conv
from ..blocks.image_attention import (
    AttentionUpsampler,
    ImageAttention,
    count_attention,
)
from ..blocks.image_encoder import count_encoder, encoder, group_norm
from ..notes import Notes
from ..registry import register

__all__ = ["JAFAR"]


@register("jafar")
class JAFAR(AttentionUpsampler):
    """Attention of encoded guide pixels over coarse pixels, averaged over heads.

    Args:
        guide_channels: channels G of the guide, default C; 3 for an image.
        scale: integer from 1; the guide or size decides.
        width: D, channels of queries and keys, a multiple of 8 and of heads.
        heads: of the attention.
        kernel_size: of the first convolution on the guide, odd.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H'', W''], an image or a feature map of any size.
        size: any (H', W'), default the guide's.
        y: [N, C, H', W']: convex combinations of the pixels of x, so a constant stays
            constant. Untrained it is near the mean of the whole map.

    Source:
        Couairon et al., "JAFAR: jack up any feature at any resolution", NeurIPS 2025,
        with the released names; the released code makes its coordinates on a CUDA
        device only.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.JAFAR(256, guide_channels=3)
        >>> sum(p.size for p in layer.parameters())
        595584
    """

    source = "Couairon et al., NeurIPS 2025"
    year = 2025
    notes = Notes(
        formula="""
        e = rotary(encode(guide)); queries = norm(pool(encode(e))) at the result's size;
        keys = gamma * norm(pool(encode(e))) + beta at the size of x, with gamma and
        beta 1x1 convolutions of encode(x / |x|); y = mean over heads of softmax(q k /
        sqrt(d)) times x.
        """,
        grid="""
        Positions from 0 to 1 between the centres of the corner pixels; pooling is the
        mean over cells; 3x3 convolutions pad with zeros, larger ones on the guide
        reflect.
        """,
        initialization="PyTorch's default: near the mean of the whole map.",
        cost="""
        529,792 + 257*C parameters for an image with D = 128 (595,584 at C = 256), of
        which 129*C + 16,512 are frozen because the released module never uses them; the
        closed form counts the others. Multiply-accumulates grow with H'*W' * H*W * (D +
        C): attention is global. Its weights are held for a tile of 2**22 of them at a
        time, with gradients too, where each tile is computed twice; in a program traced
        in training mode N * heads * H'*W' * H*W of them.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        width: int = 128,
        heads: int = 4,
        kernel_size: int = 1,
    ):
        super().__init__(
            in_channels,
            out_channels,
            guide_channels=guide_channels,
            scale=scale,
            width=width,
            heads=heads,
            kernel_size=kernel_size,
        )
        self.key_features_encoder = encoder(in_channels, width)
        self.cross_decode = ImageAttention(width, heads, in_channels)
        self.sft_key = _Modulation(width)

    @classmethod
    def count(
        cls, site: Site, *, width: int, kernel_size: int, **options: Any
    ) -> tuple[int, int]:
        c, fine = site.in_channels, site.scale**2
        image = count_encoder(site.guide_channels, width, kernel_size)
        inner, features = count_encoder(width, width), count_encoder(c, width)
        used, per_query, per_key = count_attention(width)
        if (
            c == width
        ):  # PyTorch then keeps the unused projection in one with the others
            used += width * width
        modulation = 2 * width * width
        parameters = image[0] + 2 * inner[0] + features[0] + used + modulation
        fine_macs = image[1] + 2 * inner[1] + 2 * width + per_query
        coarse_macs = features[1] + modulation + width + per_key
        pairs = fine * site.pixels**2 * (width + c)
        macs = (fine * fine_macs + coarse_macs) * site.pixels + pairs
        return parameters + 2 * width, macs

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        queries, keys = self._queries_and_keys(x, guide, size)
        features = self.key_features_encoder(F.normalize(x, axis=1))
        keys = self.sft_key(keys, features)
        return self.cross_decode(group_norm(queries), keys, x)


class _Modulation(nn.Layer):
    """gamma(features) * norm(x) + beta(features), 1x1 without bias."""

    def __init__(self, width):
        super().__init__()
        self.gamma, self.beta = (conv(width, width, bias=False) for _ in range(2))

    def forward(self, x, features):
        return self.gamma(features) * group_norm(x) + self.beta(features)
