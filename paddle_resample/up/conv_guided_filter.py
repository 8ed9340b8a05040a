"""Learned guided filter: convolutions instead of the guided filter's division."""

from __future__ import annotations

from typing import Any

import paddle
import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import Constant

from ..base import Site, whole_number
from ..blocks.conv import conv
from ..blocks.guided import GuidedUpsampler
from ..blocks.image_encoder import pooled
from ..blocks.local_linear import enlarge
from ..notes import Notes
from ..ops import spatial_size
from ..registry import register

__all__ = ["ConvGuidedFilter"]

_MAP = 64  # channels of the convolutions that give a guide the channels of x


@register("conv_guided_filter")
class ConvGuidedFilter(GuidedUpsampler):
    """y = A * guide + b with A from three 1x1 convolutions (deep guided filter).

    Args:
        guide_channels: where not C, two 1x1 convolutions with 64 channels between them
            give the guide C channels.
        radius: dilation r of the learned 3x3 window that the means are taken over.
        hidden_channels: M of the convolutions that predict A.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'], of any size.
        size: the guide's or None.
        y: [N, C, H', W'].

    Source:
        Wu et al., "Fast end-to-end trainable guided filter", CVPR 2018, and released
        code (ConvGuidedFilter), which has 3 channels; its segmentation network maps the
        guide as here.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.ConvGuidedFilter(3)
        >>> sum(p.size for p in layer.parameters() if not p.stop_gradient)
        1467
    """

    source = "Wu et al., CVPR 2018"
    year = 2018
    learned = True
    fuses_guide = True
    any_size = True
    notes = Notes(
        formula="""
        mean(v) = box(v) / box(1) with box a learned depthwise 3x3 convolution;
        A = 1x1(ReLU(BN(1x1(ReLU(BN(1x1([cov, var]))))))) of the covariance of guide and
        x and the guide's variance, b = mean(x) - A * mean(guide).
        """,
        grid="""
        Windows are cut at the border by zeros. The guide at the size of x is the mean
        of each cell; A and b are enlarged bilinearly with corners aligned, as released.
        """,
        initialization="""
        The box is all ones, 1x1 convolutions PyTorch's default: A is arbitrary, so the
        guide shows in the result before training.
        """,
        cost="""
        9*C + 3*C*M + M*M + 4*M parameters, (G + C + 1)*64 + C more where G is not C;
        3*C*M + M*M + 50*C multiply-accumulates per coarse pixel and 10*C per output
        pixel, (G + C)*64 more where G is not C.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        radius: int = 1,
        hidden_channels: int = 32,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        c, m = in_channels, whole_number(self.name, "hidden_channels", hidden_channels)
        whole_number(self.name, "radius", radius)
        self.box_filter = conv(
            c, c, 3, init=Constant(1.0), bias=False, dilation=radius, groups=c
        )
        self.conv_a = nn.Sequential(
            conv(2 * c, m, bias=False),
            nn.BatchNorm2D(m),
            nn.ReLU(),
            conv(m, m, bias=False),
            nn.BatchNorm2D(m),
            nn.ReLU(),
            conv(m, c, bias=False),
        )
        self.guide_map = None
        if self.guide_channels != c:
            self.guide_map = nn.Sequential(
                conv(self.guide_channels, _MAP), nn.ReLU(), conv(_MAP, c)
            )

    @classmethod
    def count(
        cls, site: Site, *, hidden_channels: int, **options: Any
    ) -> tuple[int, int]:
        c, g, m = site.in_channels, site.guide_channels, hidden_channels
        weights = 3 * c * m + m * m
        mapped = (g + c) * _MAP if g != c else 0
        parameters = 9 * c + weights + 4 * m + mapped + (_MAP + c) * (g != c)
        fine = site.scale**2 * (10 * c + mapped)
        return parameters, (weights + 50 * c + fine) * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        fine = self._guide_size(guide, size)
        if self.guide_map is not None:
            guide = self.guide_map(guide)
        return self._filter(pooled(guide, spatial_size(x)), x, guide, fine)

    def _filter(self, small, x, guide, fine):
        """Fit A and b to the guide at the size of x, and apply them to the fine one."""
        area = self.box_filter(paddle.ones_like(x[:1]))

        def mean(value):
            return self.box_filter(value) / area

        mean_guide, mean_x = mean(small), mean(x)
        covariance = mean(small * x) - mean_guide * mean_x
        variance = mean(small * small) - mean_guide * mean_guide
        slope = self.conv_a(paddle.concat([covariance, variance], axis=1))
        level = mean_x - slope * mean_guide
        return enlarge(slope, fine) * guide + enlarge(level, fine)
