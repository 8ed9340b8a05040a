"""Strided convolution: a convolution evaluated at every scale-th pixel only."""

from __future__ import annotations

from typing import Any

import numpy as np
import paddle.nn as nn
from paddle import Tensor

from ..base import Downsampler, Site, whole_number
from ..initialise import cell_kernel, channelwise, set_weight
from ..notes import Notes
from ..registry import register

__all__ = ["StridedConv"]


@register("strided_conv")
class StridedConv(Downsampler):
    """Convolution of stride `scale`.

    Args:
        kernel_size: k, odd, default 3, or s + 1 - s % 2 where s exceeds 3.
        bias: whether a bias is added.

    Shape:
        x: [N, C, H, W].
        y: [N, D, ceil(H/s), ceil(W/s)].

    Source:
        Springenberg et al., "Striving for simplicity", ICLR workshops 2015.

    Example:
        >>> import paddle, paddle_resample
        >>> list(paddle_resample.StridedConv(2, 4)(paddle.ones([1, 2, 5, 8])).shape)
        [1, 4, 3, 4]
    """

    source = "Springenberg et al., ICLR workshops 2015"
    year = 2015
    learned = True
    starts = ("first", "mean")
    keeps_channels = False
    data_formats = ("NCHW", "NHWC")
    odd = "ceil"
    notes = Notes(
        grid="Output i is centred on input i * s, zero padding of k // 2.",
        initialization="Paddle's default: weights N(0, sqrt(2 / inputs)), biases 0.",
        cost="k*k*C*D (+ D) parameters, k*k*C*D multiply-accumulates per output pixel.",
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        data_format: str = "NCHW",
        kernel_size: int | None = None,
        bias: bool = True,
    ):
        super().__init__(
            in_channels, out_channels, scale=scale, data_format=data_format
        )
        k = max(3, scale + 1 - scale % 2) if kernel_size is None else kernel_size
        whole_number(self.name, "kernel_size", k, odd=True)
        self.conv = nn.Conv2D(
            in_channels,
            self.out_channels,
            k,
            stride=scale,
            padding=k // 2,
            bias_attr=None if bias else False,
            data_format=self.data_format,
        )

    def set_start(self, mode: str) -> bool:
        kernel = cell_kernel(self.scale, mode, self.conv.weight.shape[-1])
        if self.in_channels != self.out_channels or not np.isclose(kernel.sum(), 1.0):
            return False
        set_weight(self.conv.weight, channelwise(kernel[None], self.in_channels))
        set_weight(self.conv.bias, 0.0)
        return True

    @classmethod
    def count(
        cls, site: Site, *, kernel_size: int | None, bias: bool, **options: Any
    ) -> tuple[int, int]:
        s = site.scale
        k = max(3, s + 1 - s % 2) if kernel_size is None else kernel_size
        weights = k * k * site.in_channels * site.out_channels
        pixels = site.coarse_height * site.coarse_width
        return weights + bias * site.out_channels, weights * pixels

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)
