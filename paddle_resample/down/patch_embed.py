"""Patch embedding: a linear layer over each cell of pixels, then LayerNorm."""

from __future__ import annotations

from typing import Any

import paddle.nn as nn
from paddle import Tensor

from ..base import Downsampler, Site
from ..initialise import cell_kernel, channelwise, set_weight, torch_uniform
from ..notes import Notes
from ..registry import register

__all__ = ["PatchEmbed"]


@register("patch_embed")
class PatchEmbed(Downsampler):
    """Convolution with kernel and stride `scale`, LayerNorm over channels.

    Args:
        scale: p, side of the patch.
        norm: whether the LayerNorm follows (PVT, Swin); ViT has none.

    Shape:
        x: [N, C, H, W].
        y: [N, D, floor(H/p), floor(W/p)]; in the literature these are tokens [N,
            floor(H/p)*floor(W/p), D].

    Source:
        Dosovitskiy et al., "ViT", ICLR 2021; Wang et al., "PVT", ICCV 2021.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.PatchEmbed(3, 64, scale=4)
        >>> sum(p.size for p in layer.parameters())
        3264
    """

    source = "Dosovitskiy et al., ICLR 2021"
    year = 2021
    learned = True
    starts = ("first", "mean")
    keeps_channels = False
    notes = Notes(
        grid="""
        Output i covers inputs i*p to i*p + p - 1; an incomplete last patch is dropped,
        as PVT and ViT do.
        """,
        initialization="""
        PyTorch's default for convolutions, which the released codes leave as it is.
        """,
        cost="""
        p*p*C*D + D (+ 2*D) parameters, p*p*C*D multiply-accumulates per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        norm: bool = True,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        init = torch_uniform(in_channels * scale * scale)
        self.proj = nn.Conv2D(
            in_channels,
            self.out_channels,
            scale,
            stride=scale,
            weight_attr=init,
            bias_attr=init,
        )
        self.norm = nn.LayerNorm(self.out_channels) if norm else nn.Identity()

    def set_start(self, mode: str) -> bool:
        plain = isinstance(self.norm, nn.Identity)
        if not plain or self.in_channels != self.out_channels:
            return False
        kernel = cell_kernel(self.scale, mode)[None]
        set_weight(self.proj.weight, channelwise(kernel, self.in_channels))
        set_weight(self.proj.bias, 0.0)
        return True

    @classmethod
    def count(cls, site: Site, *, norm: bool, **options: Any) -> tuple[int, int]:
        weights = site.scale**2 * site.in_channels * site.out_channels
        pixels = (site.height // site.scale) * (site.width // site.scale)
        return weights + (1 + 2 * norm) * site.out_channels, weights * pixels

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.proj(x).transpose([0, 2, 3, 1]))
        return y.transpose([0, 3, 1, 2])
