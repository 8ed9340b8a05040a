"""Patch merging: the pixels of each cell become channels, nothing is thrown away, and
a linear layer mixes them (Swin)."""

from __future__ import annotations

from typing import Any

import paddle.nn as nn
from paddle import Tensor

from ..base import Downsampler, Site
from ..notes import Notes
from ..ops.patch import _merge_cells
from ..ops.size import _pad_to_multiple
from ..registry import register

__all__ = ["PatchMerge"]


@register("patch_merge")
class PatchMerge(Downsampler):
    """Concatenate each cell's pixels, LayerNorm over s*s*C, linear s*s*C -> D.

    Args:
        out_channels: D, default C; Swin uses 2*C.
        norm: whether the LayerNorm comes first (published); without it, and with bias,
            this is a convolution of kernel and stride s.
        bias: whether the linear layer has a bias; published without.

    Shape:
        x: [N, C, H, W]. With tokens, as the literature calls it, `forward(x, H, W)`: x
            [N, H*W, C].
        y: [N, D, ceil(H/s), ceil(W/s)]; or tokens alone, [N, ceil(H/s)*ceil(W/s), D].

    Source:
        Liu et al., "Swin Transformer", ICCV 2021, section 3.1.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.PatchMerge(96, 192)
        >>> sum(p.size for p in layer.parameters())
        74496
    """

    source = "Liu et al., ICCV 2021"
    year = 2021
    learned = True
    keeps_channels = False
    odd = "ceil"
    notes = Notes(
        grid="""
        Order of a cell's pixels: down the columns, so top-left, bottom-left, top-right,
        bottom-right for scale 2. Odd sizes are padded with zeros at the bottom and
        right.
        """,
        initialization="As Swin: weights N(0, 0.02), biases 0.",
        cost="""
        2*s*s*C + s*s*C*D parameters, s*s*C*D multiply-accumulates per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        norm: bool = True,
        bias: bool = False,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        merged = scale * scale * in_channels
        self.norm = nn.LayerNorm(merged) if norm else nn.Identity()
        self.reduction = nn.Linear(
            merged,
            self.out_channels,
            weight_attr=nn.initializer.Normal(std=0.02),
            bias_attr=None if bias else False,
        )

    @classmethod
    def count(
        cls, site: Site, *, norm: bool, bias: bool, **options: Any
    ) -> tuple[int, int]:
        merged = site.scale**2 * site.in_channels
        weights = merged * site.out_channels
        rest = norm * 2 * merged + bias * site.out_channels
        pixels = site.coarse_height * site.coarse_width
        return weights + rest, weights * pixels

    def __call__(self, x: Tensor, H: int | None = None, W: int | None = None) -> Tensor:
        return super().__call__(x) if H is None else self._run(x, H, W)

    def forward(self, x: Tensor, H: int | None = None, W: int | None = None) -> Tensor:
        if x.ndim == 3:  # forward(tokens, H, W)
            return self._merge(x.reshape([0, H, W, self.in_channels])).flatten(1, 2)
        y = self._merge(x.transpose([0, 2, 3, 1]))
        return y.transpose([0, 3, 1, 2])

    def _merge(self, x):
        x = _pad_to_multiple(x, self.scale, data_format="NHWC")
        return self._mix(_merge_cells(x, self.scale))

    def _mix(self, cells):
        return self.reduction(self.norm(cells))
