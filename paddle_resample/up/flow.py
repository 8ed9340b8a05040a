"""Semantic flow: where should each fine pixel look in the coarse map? A flow field,
predicted from both maps, displaces the sampling grid."""

import paddle
import paddle.nn as nn

from ..base import Upsampler, whole_number
from ..blocks.pointwise_conv import PointwiseConv
from ..errors import UsageError
from ..initialise import torch_uniform
from ..ops import flow_warp, interpolate, spatial_size
from ..registry import register

__all__ = ["Flow"]


@register("flow")
class Flow(Upsampler):
    """Warp x by a flow field predicted from x and the guide (SFNet's FAM).

    h = 1x1(x), l = 1x1(guide), flow = k x k([bilinear(h), l]), y = warp(x, flow).

    Args:
        in_channels: C.
        out_channels: C.
        guide_channels: channels G of the guide, default C.
        scale: integer from 1; the guide's size decides.
        mid_channels: M of the two 1x1 convolutions, default max(C // 2, 1).
        kernel_size: k of the flow convolution, odd.

    Call:
        x: float [N, C, H, W]. guide: float [N, G, H', W']. size: ignored if equal to
        the guide's; any other is an error.

    Returns:
        [N, C, H', W'], dtype of x.

    Grid: corners aligned, as released; a flow of 1 is half an output pixel; samples
    outside are zero. Zero flow is bilinear interpolation with aligned corners.

    Start: PyTorch's default, so the first flow is not zero, but small: near bilinear
    interpolation.

    Cost: M*(C + G) + 4*k*k*M parameters (no biases); C*M multiply-accumulates per
    input pixel and G*M + 4*k*k*M + 4*C per output pixel.

    Source: Li et al., "Semantic flow for fast and accurate scene parsing", ECCV 2020,
    eq. 1 to 4.

    Raises:
        UsageError: called without a guide, even kernel_size, size not the guide's.

    >>> sum(p.size for p in Flow(256, guide_channels=256).parameters())
    70144
    """

    source = "Li et al., ECCV 2020"
    year = 2020
    learned = True
    needs_guide = True
    any_size = True

    def __init__(
        self,
        in_channels,
        out_channels=None,
        *,
        guide_channels=None,
        scale=2,
        mid_channels=None,
        kernel_size=3,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        if guide_channels is None:
            guide_channels = in_channels
        mid = max(in_channels // 2, 1) if mid_channels is None else mid_channels
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "mid_channels", mid)
        self.guide_channels = whole_number(self.name, "guide_channels", guide_channels)
        self.down_h = _compressor(in_channels, mid)
        self.down_l = _compressor(self.guide_channels, mid)
        self.flow_make = nn.Conv2D(
            2 * mid,
            2,
            kernel_size,
            padding=kernel_size // 2,
            weight_attr=torch_uniform(2 * mid * kernel_size**2),
            bias_attr=False,
        )

    @classmethod
    def count(cls, site, *, mid_channels, kernel_size, **options):
        c, g, fine = site.in_channels, site.guide_channels, site.scale**2
        mid = max(c // 2, 1) if mid_channels is None else mid_channels
        flow = 4 * kernel_size**2 * mid
        sampling = 4 * mid + 4 * c  # of the embedding and of x
        macs = c * mid + fine * (g * mid + flow + sampling)
        return mid * (c + g) + flow, macs * site.pixels

    def forward(self, x, guide=None, side=None, size=None):
        if guide is None:
            raise UsageError("flow: called without a guide")
        fine = spatial_size(guide)
        if paddle.in_dynamic_mode() and size is not None and list(size) != fine:
            raise UsageError(
                f"flow: size={tuple(size)} differs from the guide's {tuple(fine)}"
            )
        h = interpolate(self.down_h(x), size=fine, mode="bilinear", align_corners=True)
        flow = self.flow_make(paddle.concat([h, self.down_l(guide)], axis=1))
        return flow_warp(x, flow)


def _compressor(in_channels, out_channels):
    start = torch_uniform(in_channels)
    return PointwiseConv(in_channels, out_channels, weight_attr=start, bias_attr=False)
