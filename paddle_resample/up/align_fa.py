"""Aligned feature aggregation: the coarse and the fine map are each warped by a flow of
their own, then added."""

from __future__ import annotations

from typing import Any

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Constant

from ..arguments import check_choice
from ..base import Site
from ..blocks.conv import conv
from ..blocks.guided import GuidedUpsampler
from ..notes import Notes
from ..ops.interpolate import _interpolate
from ..ops.warp import _flow_warp
from ..registry import register

__all__ = ["AlignFA"]

_UNITS = ("half", "pixel")


@register("align_fa")
class AlignFA(GuidedUpsampler):
    """Add x and the guide after warping both (AlignSeg's AlignFA).

    Args:
        scale: integer from 1; the guide's size decides.
        unit: what a flow of 1 means: "half" an output pixel, as in the released forward
            pass, or one whole "pixel", as in the function that its authors recommend
            since instead.

    Shape:
        x: [N, C, H, W].
        guide: [N, C, H', W'].
        size: ignored if equal to the guide's; any other is an error.
        y: [N, C, H', W'].

    Source:
        Huang et al., "AlignSeg: Feature-aligned segmentation networks", TPAMI 2021
        (AlignFA; `CAB` in the released code); the slope of the leaky ReLU is 0.01.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.AlignFA(256)
        >>> sum(p.size for p in layer.parameters() if not p.stop_gradient)
        272384
    """

    source = "Huang et al., TPAMI 2021"
    year = 2021
    learned = True
    guide_same_channels = True
    fuses_guide = True
    any_size = True
    notes = Notes(
        formula="""
        h = bilinear(x), flow_x = 3x3(LReLU(BN(1x1([guide, h])))), flow_g another such,
        y = warp(h, flow_x) + warp(guide, flow_g).
        """,
        grid="""
        Corners aligned, as the released code sampled under the PyTorch of its time
        (newer ones read its grid without aligned corners, so that zero flow moves the
        map); samples outside are zero. x is interpolated before it is warped.
        """,
        initialization="""
        The last convolutions are zero, so no flow: bilinear interpolation plus the
        guide. The other convolutions as PyTorch's default.
        """,
        cost="""
        2*(2*C*C + 20*C) parameters; 2*(2*C*C + 18*C) + 12*C multiply-accumulates per
        output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        unit: str = "half",
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        self._require_same_channels("adds x and the guide")
        check_choice(self.name, "unit", unit, _UNITS)
        self.unit = unit
        self.delta_gen1 = _delta_gen(in_channels)
        self.delta_gen2 = _delta_gen(in_channels)

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        c, fine = site.in_channels, site.scale**2
        weights = 2 * (2 * c * c + 18 * c)
        return weights + 4 * c, (weights + 12 * c) * fine * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        size = self._guide_size(guide, size)
        coarse = _interpolate(x, size=size, mode="bilinear", align_corners=True)
        both = paddle.concat([guide, coarse], axis=1)
        coarse = _flow_warp(coarse, self.delta_gen1(both), unit=self.unit)
        return coarse + _flow_warp(guide, self.delta_gen2(both), unit=self.unit)


class _NormLeaky(nn.BatchNorm2D):
    """Batch norm and leaky ReLU in one, as the released weights are numbered."""

    def forward(self, x):
        return F.leaky_relu(nn.BatchNorm2D.forward(self, x), 0.01)


def _delta_gen(channels):
    last = conv(channels, 2, 3, bias=False)
    Constant(0.0)(last.weight)
    first = conv(2 * channels, channels, bias=False)
    return nn.Sequential(first, _NormLeaky(channels), last)
