"""FeatUp's stack of joint bilateral upsamplers: each doubles the map and filters it
along the guide, with a learned range kernel."""

from __future__ import annotations

import math
from typing import Any

import paddle.nn as nn
from paddle import Tensor

from ..base import Site, whole_number
from ..blocks.conv import conv
from ..blocks.guided import GuidedUpsampler
from ..blocks.image_encoder import pooled
from ..blocks.learned_range import LearnedRange, count_learned_range
from ..notes import Notes
from ..ops import scaled_size, spatial_size
from ..registry import register

__all__ = ["FeatUpJBU"]


@register("featup_jbu")
class FeatUpJBU(GuidedUpsampler):
    """log2(scale) learned joint bilateral upsamplers, then y + 0.1 * 1x1(y).

    Args:
        guide_channels: channels G of the guide, default C; 3 for an image.
        scale: s, 2, 4, 8 or 16; published 16.
        key_channels: of the guide's projection.
        radius: of the window, in fine pixels.
        dropout: whether training drops channels as published, with probability 0.1 in
            the two projections of each stage and 0.2 before the last convolution; off
            by default, so that training and evaluation see one operator.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'], at least 2*radius + 2 pixels a side.
        size: any (H'', W''), default the guide's.
        y: [N, C, H', W'].

    Source:
        Fu et al., "FeatUp: a model-agnostic framework for features at any resolution",
        ICLR 2024, as released: the neighbours are those of the enlarged map, where
        Kopf's filter takes coarse pixels, and the learned correction of the kernel is
        not normalised, so a constant comes out some percent smaller or larger.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.FeatUpJBU(384, guide_channels=3, scale=16)
        >>> sum(p.size for p in layer.parameters())
        172772
    """

    source = "Fu et al., ICLR 2024"
    year = 2024
    learned = True
    any_size = True
    scales = (2, 4, 8, 16)
    guide_is_image = True
    notes = Notes(
        grid="""
        a stage resizes bicubically (align_corners=False) to twice the size, the last
        one to `size`, and filters there with reflected borders; the guide of a stage is
        the mean over its cells.
        """,
        initialization="""
        PyTorch's default; the spatial Gaussian's sigma 1 and the temperature exp(0).
        The corrections are scaled by 0.1, so this is close to a blur of the bicubic
        map.
        """,
        cost="""
        a stage has G*k + k*k + (G + t)*t + t*t weights with k = key_channels and t =
        (2*radius + 1)**2, 2*k + 2*t biases and 2 numbers (6,233 for an image); C*C + C
        after the last. Multiply-accumulates per pixel a stage puts out: its weights,
        t*k + t*C and 16*C of bicubic; C*C per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        key_channels: int = 32,
        radius: int = 3,
        dropout: bool = False,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        whole_number(self.name, "key_channels", key_channels)
        whole_number(self.name, "radius", radius)
        self.stages = round(math.log2(scale))
        for i in range(1, self.stages + 1):
            stage = LearnedRange(
                self.guide_channels, key_channels, radius, 0.1 if dropout else 0.0
            )
            setattr(self, f"up{i}", stage)
        self.fixup_proj = nn.Sequential(
            nn.Dropout2D(0.2 if dropout else 0.0), conv(in_channels, in_channels)
        )

    @classmethod
    def count(
        cls, site: Site, *, key_channels: int, radius: int, **options: Any
    ) -> tuple[int, int]:
        c = site.in_channels
        stages = round(math.log2(site.scale))
        parameters, macs = count_learned_range(
            site.guide_channels, c, key_channels, radius
        )
        pixels = sum(4**i for i in range(1, stages + 1))
        total = macs * pixels + c * c * site.scale**2
        return stages * parameters + c * c + c, total * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        fine = spatial_size(guide) if size is None else size
        for i in range(1, self.stages + 1):
            stage_size = scaled_size(x, 2) if i < self.stages else fine
            x = getattr(self, f"up{i}")(x, pooled(guide, stage_size))
        return x + 0.1 * self.fixup_proj(x)
