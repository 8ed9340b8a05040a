"""Strided depthwise convolution: every channel learns its own low-pass filter."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import Assign, Constant

from ..base import Downsampler, Site, whole_number
from ..errors import UsageError, did_you_mean
from ..initialise import cell_kernel, set_weight, torch_uniform
from ..notes import Notes
from ..registry import register

__all__ = ["DepthwiseConv"]

_INITS = ("torch", "binomial")


@register("depthwise_conv")
class DepthwiseConv(Downsampler):
    """Convolution of stride s in which every channel sees itself alone.

    Args:
        out_channels: C; where a site changes channels `build` adds the 1x1 convolution
            that makes it depthwise separable.
        kernel_size: k, odd, default 3, or s + 1 - s % 2 where s exceeds 3.
        bias: whether a bias is added.
        init: "torch" (PyTorch's default) or "binomial" (as blur_pool with k taps
            and zeros outside, bias 0).

    Shape:
        x: [N, C, H, W].
        y: [N, C, ceil(H/s), ceil(W/s)].

    Source:
        Howard et al., "MobileNets", arXiv 1704.04861, 2017, section 3.1.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.DepthwiseConv(64)
        >>> sum(p.size for p in layer.parameters())
        640
    """

    source = "Howard et al., arXiv 1704.04861, 2017"
    year = 2017
    learned = True
    starts = ("first", "mean")
    data_formats = ("NCHW", "NHWC")
    odd = "ceil"
    notes = Notes(
        grid="Output i is centred on input i * s, zero padding of k // 2.",
        initialization="As option init says.",
        cost="k*k*C (+ C) parameters, k*k*C multiply-accumulates per output pixel.",
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
        init: Literal["torch", "binomial"] = "torch",
    ):
        super().__init__(
            in_channels, out_channels, scale=scale, data_format=data_format
        )
        k = max(3, scale + 1 - scale % 2) if kernel_size is None else kernel_size
        whole_number(self.name, "kernel_size", k, odd=True)
        if init not in _INITS:
            raise UsageError(
                f"depthwise_conv: unknown init {init!r}{did_you_mean(init, _INITS)}"
            )
        initializer = torch_uniform(k * k) if init == "torch" else Constant(0.0)
        self.conv = nn.Conv2D(
            in_channels,
            in_channels,
            k,
            stride=scale,
            padding=k // 2,
            groups=in_channels,
            weight_attr=initializer,
            bias_attr=initializer if bias else False,
            data_format=self.data_format,
        )
        if init == "binomial":
            line = np.poly1d([0.5, 0.5]) ** (k - 1)
            kernel = np.outer(line.coeffs, line.coeffs).astype("float32")
            Assign(np.tile(kernel, [in_channels, 1, 1, 1]))(self.conv.weight)

    def set_start(self, mode: str) -> bool:
        kernel = cell_kernel(self.scale, mode, self.conv.weight.shape[-1])
        if not np.isclose(kernel.sum(), 1.0):
            return False
        set_weight(self.conv.weight, np.tile(kernel, [self.in_channels, 1, 1, 1]))
        set_weight(self.conv.bias, 0.0)
        return True

    @classmethod
    def count(
        cls, site: Site, *, kernel_size: int | None, bias: bool, **options: Any
    ) -> tuple[int, int]:
        s, c = site.scale, site.in_channels
        k = max(3, s + 1 - s % 2) if kernel_size is None else kernel_size
        pixels = site.coarse_height * site.coarse_width
        return k * k * c + bias * c, k * k * c * pixels

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)
