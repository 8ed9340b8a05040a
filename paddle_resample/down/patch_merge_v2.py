"""Patch merging of Swin v2: the norm follows the linear layer."""

from __future__ import annotations

from typing import Any

import paddle.nn as nn
from paddle import Tensor

from ..base import Downsampler, Site
from ..notes import Notes
from ..ops.patch import _merge_cells
from ..ops.size import _pad_to_multiple
from ..registry import register

__all__ = ["PatchMergeV2"]


@register("patch_merge_v2")
class PatchMergeV2(Downsampler):
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
    learned = True
    keeps_channels = False
    odd = "ceil"
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
        super().__init__(in_channels, out_channels, scale=scale)
        merged = scale * scale * in_channels
        self.reduction = nn.Linear(
            merged,
            self.out_channels,
            weight_attr=nn.initializer.Normal(std=0.02),
            bias_attr=False,
        )
        self.norm = nn.LayerNorm(self.out_channels)

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        weights = site.scale**2 * site.in_channels * site.out_channels
        pixels = site.coarse_height * site.coarse_width
        return weights + 2 * site.out_channels, weights * pixels

    def __call__(self, x: Tensor, H: int | None = None, W: int | None = None) -> Tensor:
        return super().__call__(x) if H is None else self._run(x, H, W)

    def forward(self, x: Tensor, H: int | None = None, W: int | None = None) -> Tensor:
        if x.ndim == 3:  # forward(tokens, H, W)
            return self._merge(x.reshape([0, H, W, self.in_channels])).flatten(1, 2)
        y = self._merge(x.transpose([0, 2, 3, 1]))
        return y.transpose([0, 3, 1, 2])

    def _merge(self, x):
        x = _pad_to_multiple(x, self.scale, data_format="NHWC")
        return self.norm(self.reduction(_merge_cells(x, self.scale)))
