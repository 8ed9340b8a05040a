"""Patch expanding: a linear layer makes a cell of tokens from each token."""

from __future__ import annotations

from typing import Any

import numpy as np
import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import Normal

from ..base import Site, Upsampler
from ..blocks.conv import linear
from ..initialise import set_weight
from ..notes import Notes
from ..ops.patch import _expand_cells
from ..ops.size import _fit
from ..registry import register

__all__ = ["PatchExpand"]


@register("patch_expand")
class PatchExpand(Upsampler):
    """Linear C -> s*s*D without bias, rearranged to cells, LayerNorm over D.

    Args:
        out_channels: D, default C; Swin-Unet uses C/2.
        norm: whether the LayerNorm follows (published); a plain linear layer has
            norm=False, bias=True.
        bias: whether the linear layer has a bias; published without.

    Shape:
        x: [N, C, H, W].  With tokens, as the literature calls it, `forward(x, H, W)`: x
            [N, H*W, C].
        y: [N, D, H', W'], or tokens [N, s*s*H*W, D].

    Source:
        Cao et al., "Swin-Unet", ECCV workshops 2022, section 3.4.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.PatchExpand(256, 128)
        >>> sum(p.size for p in layer.parameters())
        131328
    """

    source = "Cao et al., ECCV workshops 2022"
    year = 2022
    learned = True
    starts = ("nearest",)
    keeps_channels = False
    notes = Notes(
        grid="""
        Channel (dy, dx, d) of the linear layer is pixel (dy, dx) of the cell, which is
        not pixel_shuffle's order. No border rule is needed.
        """,
        initialization="""
        As Swin: weights N(0, 0.02), biases 0. Each pixel of a cell has weights of its
        own, so a checkerboard is there before training.
        """,
        cost="s*s*C*D + 2*D parameters, s*s*C*D multiply-accumulates per input pixel.",
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
        features = scale * scale * self.out_channels
        self.expand = linear(in_channels, features, init=Normal(0.0, 0.02), bias=bias)
        self.norm = nn.LayerNorm(self.out_channels) if norm else nn.Identity()

    def __call__(
        self, x: Tensor, guide: Any = None, side: Any = None, size: Any = None
    ) -> Tensor:
        if isinstance(guide, int) and isinstance(side, int):  # layer(tokens, H, W)
            return self._run(x, guide, side)
        return super().__call__(x, guide, side, size)

    def set_start(self, mode: str) -> bool:
        if self.in_channels != self.out_channels or not isinstance(
            self.norm, nn.Identity
        ):
            return False
        identity = np.eye(self.in_channels)
        set_weight(self.expand.weight, np.tile(identity, self.scale**2))
        set_weight(self.expand.bias, 0.0)
        return True

    @classmethod
    def count(
        cls, site: Site, *, norm: bool, bias: bool, **options: Any
    ) -> tuple[int, int]:
        features = site.scale**2 * site.out_channels
        weights = site.in_channels * features
        rest = bias * features + norm * 2 * site.out_channels
        return weights + rest, weights * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        if x.ndim == 3:  # forward(tokens, H, W)
            return self._grow(x.reshape([0, guide, side, self.in_channels])).flatten(
                1, 2
            )
        y = self._grow(x.transpose([0, 2, 3, 1])).transpose([0, 3, 1, 2])
        return _fit(y, size, self.scale)

    def _grow(self, x):
        return self.norm(_expand_cells(self.expand(x), self.scale))
