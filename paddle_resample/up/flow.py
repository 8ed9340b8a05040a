"""Semantic flow: where should each fine pixel look in the coarse map? A flow field,
predicted from both maps, displaces the sampling grid."""

from __future__ import annotations

from typing import Any

import paddle
from paddle import Tensor

from ..base import Site, whole_number
from ..blocks.conv import conv
from ..blocks.guided import GuidedUpsampler
from ..initialise import set_weight
from ..notes import Notes
from ..ops.interpolate import _interpolate
from ..ops.warp import _flow_warp
from ..registry import register

__all__ = ["Flow"]


@register("flow")
class Flow(GuidedUpsampler):
    """Warp x by a flow field predicted from x and the guide (SFNet's FAM).

    Args:
        scale: integer from 1; the guide's size decides.
        mid_channels: M of the two 1x1 convolutions, default max(C // 2, 1).
        kernel_size: k of the flow convolution, odd.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'].
        size: ignored if equal to the guide's; any other is an error.
        y: [N, C, H', W'].

    Source:
        Li et al., "Semantic flow for fast and accurate scene parsing", ECCV 2020, eq. 1
        to 4.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.Flow(256, guide_channels=256)
        >>> sum(p.size for p in layer.parameters())
        70144
    """

    source = "Li et al., ECCV 2020"
    year = 2020
    learned = True
    starts = ("bilinear_aligned",)
    any_size = True
    notes = Notes(
        formula="""
        h = 1x1(x), l = 1x1(guide), flow = k x k([bilinear(h), l]), y = warp(x, flow).
        """,
        grid="""
        Corners aligned, as released; a flow of 1 is half an output pixel; samples
        outside are zero. Zero flow is bilinear interpolation with aligned corners.
        """,
        initialization="""
        PyTorch's default, so the first flow is not zero, but small: near bilinear
        interpolation.
        """,
        cost="""
        M*(C + G) + 4*k*k*M parameters (no biases); C*M multiply-accumulates per input
        pixel and G*M + 4*k*k*M + 4*C per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        mid_channels: int | None = None,
        kernel_size: int = 3,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        mid = max(in_channels // 2, 1) if mid_channels is None else mid_channels
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "mid_channels", mid)
        self.down_h = conv(in_channels, mid, bias=False)
        self.down_l = conv(self.guide_channels, mid, bias=False)
        self.flow_make = conv(2 * mid, 2, kernel_size, bias=False)

    @classmethod
    def count(
        cls, site: Site, *, mid_channels: int | None, kernel_size: int, **options: Any
    ) -> tuple[int, int]:
        c, g, fine = site.in_channels, site.guide_channels, site.scale**2
        mid = max(c // 2, 1) if mid_channels is None else mid_channels
        flow = 4 * kernel_size**2 * mid
        sampling = 4 * mid + 4 * c  # of the embedding and of x
        macs = c * mid + fine * (g * mid + flow + sampling)
        return mid * (c + g) + flow, macs * site.pixels

    def set_start(self, mode: str) -> bool:
        set_weight(self.flow_make.weight, 0.0)  # zero flow
        return True

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        fine = self._guide_size(guide, size)
        h = _interpolate(self.down_h(x), size=fine, mode="bilinear", align_corners=True)
        flow = self.flow_make(paddle.concat([h, self.down_l(guide)], axis=1))
        return _flow_warp(x, flow)
