"""LIP: a small network says how important every pixel is, and pooling is the mean
weighted by that importance. This is its simplified form, one convolution."""

from __future__ import annotations

from typing import Any

import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Constant

from ..base import Downsampler, Site, whole_number
from ..notes import Notes
from ..ops.soft_pool import _importance_pool
from ..registry import register

__all__ = ["LIP"]


@register("lip")
class LIP(Downsampler):
    """Mean weighted by exp(12 * sigmoid(InstanceNorm(conv3x3(x)))), per channel.

    Args:
        kernel_size: k, window side, odd, default 2*s - 1, which is 3 for s = 2.

    Shape:
        x: [N, C, H, W].
        y: [N, C, ceil(H/s), ceil(W/s)].

    Source:
        Gao et al., "LIP: Local importance-based pooling", ICCV 2019, section 3
        (simplified LIP) and released code.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.LIP(64)
        >>> sum(p.size for p in layer.parameters()) == 9 * 64 * 64 + 2 * 64
        True
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
        initialization="The convolution is zero, as released: the mean of each window.",
        cost="""
        9*C*C + 2*C parameters; 9*C*C multiply-accumulates per input pixel and k*k*C per
        output pixel. The normalisation takes each image's own statistics, in training
        and evaluation.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        kernel_size: int | None = None,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        k = 2 * scale - 1 if kernel_size is None else kernel_size
        self.kernel_size = whole_number(self.name, "kernel_size", k, odd=True)
        self.logit = nn.Sequential(
            (
                "conv",
                nn.Conv2D(
                    in_channels,
                    in_channels,
                    3,
                    padding=1,
                    weight_attr=Constant(0.0),
                    bias_attr=False,
                ),
            ),
            ("bn", InstanceNorm(in_channels)),
            ("gate", SoftGate()),
        )

    @classmethod
    def count(
        cls, site: Site, *, kernel_size: int | None, **options: Any
    ) -> tuple[int, int]:
        k = 2 * site.scale - 1 if kernel_size is None else kernel_size
        c = site.in_channels
        pooled = k * k * c * site.coarse_height * site.coarse_width
        return 9 * c * c + 2 * c, 9 * c * c * site.pixels + pooled

    def forward(self, x: Tensor) -> Tensor:
        k = self.kernel_size
        return _importance_pool(x, self.logit(x), k, self.scale, k // 2)


class InstanceNorm(nn.Layer):
    """Instance normalisation whose parameters bear PyTorch's names."""

    def __init__(self, channels):
        super().__init__()
        one, zero = Constant(1.0), Constant(0.0)
        self.weight = self.create_parameter([channels], default_initializer=one)
        self.bias = self.create_parameter([channels], default_initializer=zero)

    def forward(self, x):
        return F.instance_norm(x, weight=self.weight, bias=self.bias)


class SoftGate(nn.Layer):
    """12 * sigmoid, so that no weight exceeds another by more than exp(12)."""

    def forward(self, x):
        return 12.0 * F.sigmoid(x)
