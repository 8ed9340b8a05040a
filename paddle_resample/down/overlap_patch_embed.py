"""Overlapping patch embedding: a strided convolution wider than its stride, then
LayerNorm (SegFormer, PVT v2)."""

from __future__ import annotations

import math
from typing import Any

import paddle.nn as nn
from paddle import Tensor

from ..base import Downsampler, Site, whole_number
from ..notes import Notes
from ..registry import register

__all__ = ["OverlapPatchEmbed"]


@register("overlap_patch_embed")
class OverlapPatchEmbed(Downsampler):
    """Convolution of stride `scale` and padding k // 2, LayerNorm over channels.

    Args:
        kernel_size: k, odd, default 2*s - 1: 7 for scale 4 and 3 for scale 2, as
            published.

    Shape:
        x: [N, C, H, W].
        y: [N, D, ceil(H/s), ceil(W/s)].

    Source:
        Xie et al., "SegFormer", NeurIPS 2021, section 3.1; Wang et al., "PVT v2", CVMJ
        2022.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.OverlapPatchEmbed(3, 32, scale=4)
        >>> sum(p.size for p in layer.parameters())
        4800
    """

    source = "Xie et al., NeurIPS 2021"
    year = 2021
    learned = True
    keeps_channels = False
    odd = "ceil"
    notes = Notes(
        grid="Output i is centred on input i * s; zero padding.",
        initialization="As released: weights N(0, sqrt(2 / (k*k*D))), biases 0.",
        cost="k*k*C*D + 3*D parameters, k*k*C*D multiply-accumulates per output pixel.",
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        kernel_size: int | None = None,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        k = 2 * scale - 1 if kernel_size is None else kernel_size
        whole_number(self.name, "kernel_size", k, odd=True)
        deviation = math.sqrt(2 / (k * k * self.out_channels))
        self.proj = nn.Conv2D(
            in_channels,
            self.out_channels,
            k,
            stride=scale,
            padding=k // 2,
            weight_attr=nn.initializer.Normal(std=deviation),
        )
        self.norm = nn.LayerNorm(self.out_channels)

    @classmethod
    def count(
        cls, site: Site, *, kernel_size: int | None, **options: Any
    ) -> tuple[int, int]:
        k = 2 * site.scale - 1 if kernel_size is None else kernel_size
        weights = k * k * site.in_channels * site.out_channels
        pixels = site.coarse_height * site.coarse_width
        return weights + 3 * site.out_channels, weights * pixels

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.proj(x).transpose([0, 2, 3, 1]))
        return y.transpose([0, 3, 1, 2])
