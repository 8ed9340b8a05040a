"""Patch merging of Swin v2: the norm follows the linear layer."""

from __future__ import annotations

from typing import Any

import paddle.nn as nn

from ..base import Site
from ..notes import Notes
from ..registry import register
from .patch_merge import PatchMerge

__all__ = ["PatchMergeV2"]


@register("patch_merge_v2")
class PatchMergeV2(PatchMerge):
    """Concatenate each cell's pixels, linear s*s*C -> D without bias, LayerNorm over D.

    Args:
        out_channels: D, default C; Swin uses 2*C.

    Shape:
        x: [N, C, H, W]. With tokens, as the literature calls it, `forward(x, H, W)`: x
            [N, H*W, C].
        y: [N, D, ceil(H/s), ceil(W/s)]; or tokens alone, [N, ceil(H/s)*ceil(W/s), D].

    Source:
        Liu et al., "Swin Transformer V2", CVPR 2022, section 3.2 (norm behind).

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.PatchMergeV2(96, 192)
        >>> sum(p.size for p in layer.parameters())
        74112
    """

    source = "Liu et al., CVPR 2022"
    year = 2022
    notes = Notes(
        grid="""
        Order of a cell's pixels: down the columns, so top-left, bottom-left, top-right,
        bottom-right for scale 2. Odd sizes are padded with zeros at the bottom and
        right.
        """,
        initialization="As Swin: weights N(0, 0.02).",
        cost="s*s*C*D + 2*D parameters, s*s*C*D multiply-accumulates per output pixel.",
    )

    def __init__(
        self, in_channels: int, out_channels: int | None = None, *, scale: int = 2
    ):
        super().__init__(in_channels, out_channels, scale=scale, norm=False)
        del self.norm  # it follows the linear layer, in the order of the weights too
        self.norm = nn.LayerNorm(self.out_channels)

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        weights = site.scale**2 * site.in_channels * site.out_channels
        pixels = site.coarse_height * site.coarse_width
        return weights + 2 * site.out_channels, weights * pixels

    def _mix(self, cells):
        return self.norm(self.reduction(cells))
