"""AConv: a mean of each 2 x 2 window, then a strided convolution."""

from __future__ import annotations

from typing import Any

import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor

from ..base import Downsampler, Site
from ..initialise import torch_uniform
from ..notes import Notes
from ..registry import register

__all__ = ["AConv"]


@register("aconv")
class AConv(Downsampler):
    """Mean of 2 x 2 pixels at stride 1, 3x3 convolution of stride 2, batch norm, SiLU.

    Shape:
        x: [N, C, H, W].
        y: [N, D, floor(H/2), floor(W/2)].

    Source:
        Wang et al., "YOLOv9", ECCV 2024 (AConv of its small models); epsilon 1e-3 and
        momentum 0.97 of the norm as trained.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.AConv(8, 16)
        >>> sum(p.size for p in layer.parameters() if not p.stop_gradient)
        1184
    """

    source = "Wang et al., ECCV 2024"
    year = 2024
    scales = (2,)
    learned = True
    keeps_channels = False
    notes = Notes(
        grid="""
        Output i is centred on input 2 * i + 0.5; the convolution pads one row and
        column of zeros, an odd last row or column is seen only through the last means.
        """,
        initialization="PyTorch's default.",
        cost="9*C*D + 2*D parameters, 9*C*D multiply-accumulates per output pixel.",
    )

    def __init__(
        self, in_channels: int, out_channels: int | None = None, *, scale: int = 2
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        self.cv1 = ConvNormAct(in_channels, self.out_channels, 3, 2)

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        weights = 9 * site.in_channels * site.out_channels
        pixels = (site.height // 2) * (site.width // 2)
        return weights + 2 * site.out_channels, weights * pixels

    def forward(self, x: Tensor) -> Tensor:
        return self.cv1(F.avg_pool2d(x, 2, stride=1))


class ConvNormAct(nn.Layer):
    """Convolution without bias, batch norm, SiLU; names of the official code."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size, stride: int = 1
    ):
        super().__init__()
        self.conv = nn.Conv2D(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            padding=kernel_size // 2,
            weight_attr=torch_uniform(in_channels * kernel_size**2),
            bias_attr=False,
        )
        self.bn = nn.BatchNorm2D(out_channels, momentum=0.97, epsilon=1e-3)

    def forward(self, x):
        # The same as F.silu, whose gradient is NaN below -44 in Paddle.
        return F.swish(self.bn(self.conv(x)))
