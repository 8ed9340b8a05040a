"""Gated dual flow: the coarse and the fine map are both warped, each by its own flow,
and a gate mixes them pixel by pixel."""

from __future__ import annotations

import paddle
import paddle.nn as nn
from paddle import Tensor

from ..base import Site, whole_number
from ..blocks.conv import conv
from ..blocks.guided import GuidedUpsampler
from ..notes import Notes
from ..ops.interpolate import _interpolate
from ..ops.warp import _flow_warp
from ..registry import register

__all__ = ["GatedDualFlow"]


@register("gated_dual_flow")
class GatedDualFlow(GuidedUpsampler):
    """Warp x and the guide by two flows and mix them (SFNet-Lite's GD-FAM).

    Args:
        scale: integer from 1; the guide's size decides.
        mid_channels: M of the two 1x1 convolutions, default max(C // 2, 1).
        kernel_size: k of the flow and of the gate convolution, odd.

    Shape:
        x: [N, C, H, W].
        guide: [N, C, H', W'].
        size: ignored if equal to the guide's; any other is an error.
        y: [N, C, H', W'].

    Source:
        Li et al., "SFNet: Faster and accurate semantic segmentation via semantic flow",
        IJCV 2024 (arXiv 2207.04415), GD-FAM.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.GatedDualFlow(256)
        >>> sum(p.size for p in layer.parameters())
        77056
    """

    source = "Li et al., IJCV 2024"
    year = 2024
    learned = True
    guide_same_channels = True
    fuses_guide = True
    any_size = True
    notes = Notes(
        formula="""
        h = bilinear(1x1(x)), l = 1x1(guide), flow_x, flow_g = k x k([h, l]), g =
        sigmoid(k x k([h, l])), y = g * warp(x, flow_x) + (1 - g) * warp(guide, flow_g).
        """,
        grid="""
        Corners aligned, as released; a flow of 1 is half an output pixel; samples
        outside are zero. With zero flow and the gate open it is bilinear interpolation
        with aligned corners.
        """,
        initialization="""
        PyTorch's default, so the first flows are not zero and the gate is about one
        half: near the mean of bilinear interpolation and guide.
        """,
        cost="""
        2*C*M + 10*k*k*M parameters (no biases); C*M multiply-accumulates per input
        pixel and C*M + 10*k*k*M + 4*M + 10*C per output pixel.
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
        self._require_same_channels("mixes x and the guide")
        mid = max(in_channels // 2, 1) if mid_channels is None else mid_channels
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "mid_channels", mid)
        self.down_h = conv(in_channels, mid, bias=False)
        self.down_l = conv(in_channels, mid, bias=False)
        self.flow_make = conv(2 * mid, 4, kernel_size, bias=False)
        gate = conv(self._gate_channels(mid), 1, kernel_size, bias=False)
        self.flow_gate = nn.Sequential(gate, nn.Sigmoid())

    @classmethod
    def count(
        cls, site: Site, *, mid_channels: int | None, kernel_size: int
    ) -> tuple[int, int]:
        c, fine = site.in_channels, site.scale**2
        mid = max(c // 2, 1) if mid_channels is None else mid_channels
        dense = kernel_size**2 * (8 * mid + cls._gate_channels(mid))
        # Sampling of the embedding, two warps, the mixture.
        rest = 4 * mid + 8 * c + 2 * c
        macs = c * mid + fine * (c * mid + dense + rest)
        return 2 * c * mid + dense, macs * site.pixels

    @staticmethod
    def _gate_channels(mid):
        """Channels that the gate reads."""
        return 2 * mid

    @staticmethod
    def _gate_input(coarse, fine, guide):
        """What the gate reads: both embeddings."""
        return paddle.concat([coarse, fine], axis=1)

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        size = self._guide_size(guide, size)
        coarse = _interpolate(
            self.down_h(x), size=size, mode="bilinear", align_corners=True
        )
        fine = self.down_l(guide)
        flow = self.flow_make(paddle.concat([coarse, fine], axis=1))
        gate = self.flow_gate(self._gate_input(coarse, fine, guide))
        warped = _flow_warp(x, flow[:, :2]), _flow_warp(guide, flow[:, 2:])
        return gate * warped[0] + (1 - gate) * warped[1]
