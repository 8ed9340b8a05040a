"""Transposed convolution ("deconvolution"): each input pixel stamps a kernel."""

from __future__ import annotations

from typing import Any

import paddle.nn as nn
from paddle import Tensor

from ..arguments import check_choice
from ..base import Site, Upsampler, whole_number
from ..blocks.conv import transposed_options
from ..errors import UsageError
from ..initialise import bilinear_kernel, set_weight, torch_uniform
from ..notes import Notes
from ..ops.size import _fit
from ..registry import register

__all__ = ["ConvTranspose"]

_INITS = ("torch", "bilinear")


@register("conv_transpose")
class ConvTranspose(Upsampler):
    """Transposed convolution of stride `scale`, padded so that sides grow by scale.

    Args:
        scale: s, the stride, integer from 1.
        kernel_size: k, at least s; default s (U-Net). When k is no multiple of s the
            stamps overlap unevenly, which shows as a checkerboard.
        groups: groups of channels.
        bias: whether a bias is added.
        init: "torch" (PyTorch's default, as in published U-Nets) or "bilinear" (FCN:
            bilinear interpolation, needs k = 2*s - s % 2 and groups in (1, C)
            with C = D).

    Shape:
        x: [N, C, H, W].
        y: [N, D, H', W']; with "NCDHW" [N, D, D', H', W'] of x [N, C, depth, H, W] and
            size (D', H', W').

    Source:
        Dumoulin and Visin, arXiv 1603.07285, 2016; Long et al., CVPR 2015 (init
        "bilinear"); Odena et al., Distill 2016 (checkerboard).

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.ConvTranspose(64, 32)
        >>> sum(p.size for p in layer.parameters())
        8224
    """

    source = "Long et al., CVPR 2015"
    year = 2015
    learned = True
    starts = ("bilinear", "nearest")
    keeps_channels = False
    data_formats = ("NCHW", "NHWC", "NCDHW")
    notes = Notes(
        grid="""
        Padding p = floor((k - s + 1) / 2) and output_padding s + 2p - k, so that the
        output has exactly H*s rows; what falls outside is cut off, and border pixels
        receive fewer stamps.
        """,
        initialization="As option init says.",
        cost="""
        k*k*C*D/groups (+ D) parameters, as many multiply-accumulates per input pixel
        (counting them per output pixel, as some tables do, is s*s times too much); in a
        volume k**3 for k*k.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        data_format: str = "NCHW",
        kernel_size: int | None = None,
        groups: int = 1,
        bias: bool = True,
        init: str = "torch",
    ):
        super().__init__(
            in_channels, out_channels, scale=scale, data_format=data_format
        )
        k = scale if kernel_size is None else kernel_size
        # A smaller kernel would leave pixels that nothing reaches.
        whole_number(self.name, "kernel_size", k, least=scale)
        whole_number(self.name, "groups", groups)
        check_choice(self.name, "init", init, _INITS)
        if in_channels % groups or self.out_channels % groups:
            raise UsageError(
                f"conv_transpose: groups={groups} must divide in_channels="
                f"{in_channels} and out_channels={self.out_channels}"
            )
        axes = 3 if data_format == "NCDHW" else 2
        init_torch = torch_uniform(self.out_channels // groups * k**axes)
        conv = nn.Conv3DTranspose if axes == 3 else nn.Conv2DTranspose
        self.conv = conv(
            in_channels,
            self.out_channels,
            k,
            **transposed_options(self.name, k, scale),
            groups=groups,
            weight_attr=init_torch,
            bias_attr=init_torch if bias else False,
            data_format=self.data_format,
        )
        if init == "bilinear":
            self._initialize_bilinear(k, groups)

    def _initialize_bilinear(self, k, groups):
        needed = 2 * self.scale - self.scale % 2
        same = self.in_channels == self.out_channels
        if k != needed or not same or groups not in (1, self.in_channels):
            raise UsageError(
                f"conv_transpose: init='bilinear' needs kernel_size={needed}, equal "
                f"channels and groups 1 or {self.in_channels}, not kernel_size={k}, "
                f"channels {self.in_channels} -> {self.out_channels}, groups={groups}"
            )
        bilinear_kernel(self.conv.weight, self.scale)
        if self.conv.bias is not None:
            nn.initializer.Constant(0.0)(self.conv.bias)

    def set_start(self, mode: str) -> bool:
        weight, s = self.conv.weight, self.scale
        k = s if mode == "nearest" else 2 * s - s % 2
        if weight.shape[-1] != k or self.in_channels != self.out_channels:
            return False
        bilinear_kernel(weight, s)
        if mode == "nearest":  # a kernel of one cell, whose pixels are all 1
            set_weight(weight, weight.numpy() > 0)
        set_weight(self.conv.bias, 0.0)
        return True

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        kernel_size: int | None,
        groups: int,
        bias: bool,
        **options: Any,
    ) -> tuple[int, int]:
        k = site.scale if kernel_size is None else kernel_size
        weights = k * k * site.in_channels * site.out_channels // groups
        return weights + bias * site.out_channels, weights * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        return _fit(self.conv(x), size, self.scale, self.data_format)
