"""AnyUp: every pixel of the image attends to the coarse pixels in a window, with keys
that do not depend on the number or meaning of the feature channels."""

from __future__ import annotations

from typing import Any

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_choice
from ..base import Site, whole_number
from ..blocks.image_attention import (
    AttentionUpsampler,
    ImageAttention,
    count_attention,
)
from ..blocks.image_encoder import count_encoder, encoder
from ..errors import UsageError
from ..notes import Notes
from ..ops import spatial_size
from ..registry import register

__all__ = ["AnyUp"]

_LAYOUTS = ("released", "paper")


@register("anyup")
class AnyUp(AttentionUpsampler):
    """Windowed attention of encoded guide pixels over coarse pixels of any channels.

    Args:
        guide_channels: channels G of the guide, default C; 3 for an image.
        scale: integer from 1; the guide or size decides.
        width: D, channels of queries and keys and number of patterns, a multiple of 8
            and of heads.
        heads: of the attention.
        kernel_size: of the patterns, odd.
        window: reach of the attention as a part of the map's side; 1 is global.
        layout: "released" reads the products of unify, ordered (channel, pattern), as
            (pattern, channel), as the released code does and its weights expect;
            "paper" keeps them apart, so that the order of channels does not matter.

    Shape:
        x: [N, C, H, W], H and W from 2.
        guide: [N, G, H'', W''], an image or a feature map of any size.
        size: any (H', W'), default the guide's.
        y: [N, C, H', W']: convex combinations of the pixels of x, so a constant stays
            constant. Untrained it blurs over the window.

    Source:
        Wimmer et al., "AnyUp: universal feature upsampling", 2025 (ICLR 2026), with the
        released names.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.AnyUp(256, guide_channels=3)
        >>> sum(p.size for p in layer.parameters())
        878080
    """

    source = "Wimmer et al., arXiv 2510.12764, 2025"
    year = 2025
    notes = Notes(
        formula="""
        e = rotary(encode(guide)); queries = pool(encode(e)) at the result's size; keys
        = encode([pool(encode(e)), encode(unify(x / |x|))]) at the size of x; y = mean
        over heads of softmax(q k / sqrt(d)) times x, within the window. unify compares
        each channel with learned 5x5 patterns: softmax over the patterns, mean over
        channels.
        """,
        grid="""
        a query at u = (i + 0.5) / H' sees the coarse rows from floor((u - window) * H)
        to below ceil((u + window) * H), u clipped to [0, 1]; columns alike.
        Patterns at the border are divided by the number of their pixels inside; 3x3
        convolutions on keys reflect, on queries pad with zeros.
        """,
        initialization="""
        PyTorch's default, the patterns N(0, 1): blurs over the window.
        """,
        cost="""
        878,080 parameters for an image with D = 128, for every C, of which 16,512 are
        frozen because the released module never uses them; the closed form counts the
        others. Multiply-accumulates are counted for all pairs of pixels, H'*W' * H*W *
        (D + C), as the released module computes them; here a tile of the result meets
        only the keys that its windows reach, 8 percent of the pairs for 256x384 from
        128x192, while small maps and exported programs mask. The patterns' products are
        N*C*D*H*W numbers. Memory as jafar.
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
        kernel_size: int = 5,
        window: float = 0.1,
        layout: str = "released",
    ):
        super().__init__(
            in_channels,
            out_channels,
            guide_channels=guide_channels,
            scale=scale,
            width=width,
            heads=heads,
        )
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        check_choice(self.name, "layout", layout, _LAYOUTS)
        if not window > 0:
            raise UsageError(f"anyup: window must be above 0, not {window!r}")
        self.key_features_encoder = encoder(width, width)
        self.key_features_encoder["0"] = _Unify(width, kernel_size, layout)
        self.cross_decode = ImageAttention(width, heads, window=window)
        self.aggregation = encoder(2 * width, width, 3)

    @classmethod
    def count(
        cls, site: Site, *, width: int, kernel_size: int, **options: Any
    ) -> tuple[int, int]:
        c, fine, square = site.in_channels, site.scale**2, width * width
        image = count_encoder(site.guide_channels, width)
        inner = count_encoder(width, width)
        join = count_encoder(2 * width, width, 3)
        used, per_query, per_key = count_attention(width)
        # The unused projection of values is one parameter with those in use.
        parameters = image[0] + 2 * inner[0] + join[0] + used + square + 2 * width
        parameters += inner[0] - square + kernel_size**2 * width
        fine_macs = image[1] + 2 * inner[1] + 2 * width + per_query
        patterns = kernel_size**2 * width * c
        coarse_macs = patterns + inner[1] - square + join[1] + per_key
        pairs = fine * site.pixels**2 * (width + c)
        return parameters, (fine * fine_macs + coarse_macs) * site.pixels + pairs

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        queries, keys = self._queries_and_keys(x, guide, size)
        coarse = spatial_size(x)
        if paddle.in_dynamic_mode() and min(coarse) < 2:
            raise UsageError(
                f"anyup: x of {coarse[0]}x{coarse[1]} is too small to reflect; every "
                "side needs 2 pixels"
            )
        features = self.key_features_encoder(F.normalize(x, axis=1))
        keys = self.aggregation(paddle.concat([keys, features], axis=1))
        return self.cross_decode(queries, keys, x)


class _Unify(nn.Layer):
    """[N, C, H, W] -> [N, D, H, W]: how similar the channels are to each pattern."""

    def __init__(self, width, kernel_size, layout):
        super().__init__()
        self.width = width
        self.padding = kernel_size // 2
        self.layout = layout
        self.basis = self.create_parameter(
            [width, 1, kernel_size, kernel_size],
            default_initializer=nn.initializer.Normal(0.0, 1.0),
        )

    def forward(self, x):
        channels, (height, width) = x.shape[1], (spatial_size(x)[i] for i in (0, 1))
        planes = x.reshape([-1, 1, height, width])
        similarity = F.conv2d(planes, self.basis, padding=self.padding)
        inside = F.conv2d(
            paddle.ones_like(planes[:1]),
            paddle.ones_like(self.basis[:1]),
            padding=self.padding,
        )
        similarity = similarity / inside
        if self.layout == "paper":
            similarity = F.softmax(similarity, axis=1)
            similarity = similarity.reshape([-1, channels, self.width, height, width])
            return similarity.mean(1)
        similarity = similarity.reshape([-1, self.width, channels, height, width])
        return F.softmax(similarity, axis=1).mean(2)
