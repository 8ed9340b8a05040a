"""LIP with its bottleneck logit network, the form of LIP-ResNet."""

from __future__ import annotations

from typing import Any

import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import Constant

from ..base import Downsampler, Site, whole_number
from ..blocks.conv import conv
from ..initialise import torch_uniform
from ..notes import Notes
from ..ops.soft_pool import _importance_pool
from ..registry import register
from .lip import InstanceNorm, SoftGate

__all__ = ["LIPBottleneck"]


@register("lip_bottleneck")
class LIPBottleneck(Downsampler):
    """Mean weighted by exp(logit); logit = 12 * sigmoid of 1x1, 3x3, 1x1 convolutions.

    Args:
        kernel_size: k, window side, odd, default 2*s - 1, which is 3 for s = 2.
        width: M, channels of the 3x3 convolution; 128 as published.

    Shape:
        x: [N, C, H, W].
        y: [N, C, ceil(H/s), ceil(W/s)].

    Source:
        Gao et al., "LIP: Local importance-based pooling", ICCV 2019, section 3
        (bottleneck LIP) and released code, where one trunk (`bottleneck_shared`) may
        serve two poolings of a block; here each has its own.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.LIPBottleneck(64)
        >>> sum(p.size for p in layer.parameters())
        164480
    """

    source = "Gao et al., ICCV 2019"
    year = 2019
    learned = True
    odd = "ceil"
    notes = Notes(
        grid="""
        Output i is centred on input i * s; k // 2 rows and columns that weigh nothing
        surround x.
        """,
        initialization="""
        The last convolution is zero, as released: the mean of each window. The others
        as PyTorch's default.
        """,
        cost="""
        2*M*C + 9*M*M + 4*M + 2*C parameters; 2*M*C + 9*M*M multiply-accumulates per
        input pixel and k*k*C per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        kernel_size: int | None = None,
        width: int = 128,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        k = 2 * scale - 1 if kernel_size is None else kernel_size
        self.kernel_size = whole_number(self.name, "kernel_size", k, odd=True)
        whole_number(self.name, "width", width)
        self.bottleneck_shared = Trunk(in_channels, width)
        self.lip = Gate(width, in_channels)

    @classmethod
    def count(
        cls, site: Site, *, kernel_size: int | None, width: int, **options: Any
    ) -> tuple[int, int]:
        k = 2 * site.scale - 1 if kernel_size is None else kernel_size
        c, m = site.in_channels, width
        pooled = k * k * c * site.coarse_height * site.coarse_width
        weights = 2 * m * c + 9 * m * m
        return weights + 4 * m + 2 * c, weights * site.pixels + pooled

    def forward(self, x: Tensor) -> Tensor:
        logit = self.lip(self.bottleneck_shared(x))
        k = self.kernel_size
        return _importance_pool(x, logit, k, self.scale, k // 2)


class Trunk(nn.Layer):
    """1x1 and 3x3 convolutions, each normalised and rectified."""

    def __init__(self, channels, width):
        super().__init__()
        self.logit = nn.Sequential(
            ("conv1", conv(channels, width, init=torch_uniform(channels), bias=False)),
            ("bn1", InstanceNorm(width)),
            ("relu1", nn.ReLU()),
            ("conv2", conv(width, width, 3, init=torch_uniform(9 * width), bias=False)),
            ("bn2", InstanceNorm(width)),
            ("relu2", nn.ReLU()),
        )

    def forward(self, x):
        return self.logit(x)


class Gate(nn.Layer):
    """1x1 convolution from zero, normalised, bounded."""

    def __init__(self, width, channels):
        super().__init__()
        self.postprocessing = nn.Sequential(
            ("conv", conv(width, channels, init=Constant(0.0), bias=False)),
            ("bn", InstanceNorm(channels)),
            ("gate", SoftGate()),
        )

    def forward(self, x):
        return self.postprocessing(x)
