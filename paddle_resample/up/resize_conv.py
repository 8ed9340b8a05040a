"""Resize-convolution: interpolate first, then convolve at the fine resolution, where
every output pixel sees the same number of weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from paddle import Tensor

from ..arguments import check_choice
from ..base import Site, Upsampler, whole_number
from ..blocks.conv import conv
from ..initialise import channelwise, set_weight
from ..notes import Notes
from ..ops.interpolate import _interpolate
from ..registry import register

__all__ = ["ResizeConv"]

_MODES = ("nearest", "bilinear")


@register("resize_conv")
class ResizeConv(Upsampler):
    """Nearest or bilinear interpolation, then a k x k convolution.

    Args:
        mode: "nearest" (the source's preference) or "bilinear" (align_corners=False).
        kernel_size: k of the convolution, odd.
        bias: whether a bias is added.

    Shape:
        x: [N, C, H, W].
        size: any (H', W'), default (H*s, W*s).
        y: [N, D, H', W'].

    Source:
        Odena et al., "Deconvolution and checkerboard artifacts", Distill 2016.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.ResizeConv(256)
        >>> sum(p.size for p in layer.parameters())
        590080
    """

    source = "Odena et al., Distill 2016"
    year = 2016
    learned = True
    starts = ("bilinear", "nearest")
    keeps_channels = False
    any_size = True
    data_formats = ("NCHW", "NHWC")
    notes = Notes(
        grid="""
        The interpolation's; the convolution pads with zeros, so the outer k // 2 pixels
        receive less. A constant stays constant inside of them, before any training: no
        checkerboard.
        """,
        initialization="""
        PyTorch's default; no checkerboard, because every pixel of a cell meets the same
        kernel.
        """,
        cost="""
        k*k*C*D (+ D) parameters; k*k*C*D multiply-accumulates per output pixel, s*s
        times those of a convolution before pixel_shuffle with the same parameters, and
        4*C for bilinear interpolation.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        data_format: str = "NCHW",
        mode: str = "nearest",
        kernel_size: int = 3,
        bias: bool = True,
    ):
        super().__init__(
            in_channels, out_channels, scale=scale, data_format=data_format
        )
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        check_choice(self.name, "mode", mode, _MODES)
        self.mode = mode
        self.conv = conv(
            in_channels,
            self.out_channels,
            kernel_size,
            bias=bias,
            data_format=self.data_format,
        )

    def set_start(self, mode: str) -> bool:
        k = self.conv.weight.shape[-1]
        line = np.zeros(k)
        line[k // 2] = 1.0
        if mode != self.mode:  # a mean over one cell makes nearest bilinear
            line = np.convolve(line, _box(self.scale), "same")
        if self.in_channels != self.out_channels or (
            mode != self.mode and (mode == "nearest" or k < len(_box(self.scale)))
        ):
            return False
        kernel = np.outer(line, line)[None]
        set_weight(self.conv.weight, channelwise(kernel, self.in_channels))
        set_weight(self.conv.bias, 0.0)
        return True

    @classmethod
    def count(
        cls, site: Site, *, mode: str, kernel_size: int, bias: bool, **options: Any
    ) -> tuple[int, int]:
        weights = kernel_size**2 * site.in_channels * site.out_channels
        taps = 4 * site.in_channels if mode == "bilinear" else 0
        fine = site.scale**2 * site.pixels
        return weights + bias * site.out_channels, (weights + taps) * fine

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        scale = self.scale if size is None else None
        y = _interpolate(x, size, scale, self.mode, data_format=self.data_format)
        return self.conv(y)


def _box(scale):
    """The mean over `scale` pixels around one, whose ends count half if it is even."""
    line = np.ones(scale + 1 - scale % 2)
    if scale % 2 == 0:
        line[[0, -1]] = 0.5
    return line / scale
