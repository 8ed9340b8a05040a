"""A convolution at full resolution, then blur pooling: the anti-aliased form of a
strided convolution."""

from __future__ import annotations

from typing import Any, Literal

import paddle.nn.functional as F
from paddle import Tensor

from ..base import Downsampler, Site, whole_number
from ..blocks.conv import conv
from ..notes import Notes
from ..registry import register
from .blur_pool import BlurPool

__all__ = ["ConvBlurPool"]


@register("conv_blur_pool")
class ConvBlurPool(Downsampler):
    """Convolution of stride 1, ReLU, binomial low-pass filter of stride s.

    Args:
        scale: s, the stride of the filter.
        kernel_size: k of the convolution, odd.
        bias: whether the convolution has a bias.
        relu: whether a ReLU is between them, as published; a strided convolution has
            its own behind it.
        filter_size, padding, border: of the filter, see blur_pool.

    Shape:
        x: [N, C, H, W].
        y: [N, D, ceil(H/s), ceil(W/s)].

    Source:
        Zhang, "Making convolutional networks shift-invariant again", ICML 2019, section
        3.2 (ConvBlurPool).

    Example:
        >>> import paddle, paddle_resample
        >>> list(paddle_resample.ConvBlurPool(2, 4)(paddle.ones([1, 2, 5, 8])).shape)
        [1, 4, 3, 4]
    """

    source = "Zhang, ICML 2019"
    year = 2019
    learned = True
    keeps_channels = False
    odd = "ceil"
    notes = Notes(
        grid="The convolution pads k // 2 zeros; then that of blur_pool.",
        initialization="PyTorch's default.",
        cost="""
        k*k*C*D (+ D) parameters; k*k*C*D multiply-accumulates per input pixel, s*s
        times those of a strided convolution, and f*f*D per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        kernel_size: int = 3,
        bias: bool = True,
        relu: bool = True,
        filter_size: int = 4,
        padding: Literal["adobe", "timm"] = "adobe",
        border: Literal["reflect", "replicate", "zeros"] = "reflect",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        self.conv = conv(in_channels, self.out_channels, kernel_size, bias=bias)
        self.relu = relu
        self.blur = BlurPool(
            self.out_channels,
            scale=scale,
            filter_size=filter_size,
            padding=padding,
            border=border,
        )

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        kernel_size: int,
        bias: bool,
        filter_size: int,
        **options: Any,
    ) -> tuple[int, int]:
        weights = kernel_size**2 * site.in_channels * site.out_channels
        pixels = site.coarse_height * site.coarse_width
        blur = filter_size**2 * site.out_channels * pixels
        return weights + bias * site.out_channels, weights * site.pixels + blur

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        return self.blur(F.relu(y) if self.relu else y)
