"""SPD-Conv: space to depth, then a convolution without stride, so that no pixel is
left out before weights have seen it."""

from __future__ import annotations

from typing import Any

import numpy as np
import paddle
from paddle import Tensor

from ..base import Downsampler, Site, whole_number
from ..blocks.conv import conv
from ..initialise import cell_kernel, set_weight
from ..notes import Notes
from ..ops.patch import _merge_cells
from ..ops.size import _pad_to_multiple
from ..registry import register

__all__ = ["SPDConv"]


@register("spd_conv")
class SPDConv(Downsampler):
    """Concatenate each cell's pixels, then a k x k convolution s*s*C -> D.

    Args:
        kernel_size: k of the convolution, odd.
        bias: whether a bias is added; without where a norm follows.

    Shape:
        x: [N, C, H, W].
        y: [N, D, ceil(H/s), ceil(W/s)].

    Source:
        Sunkara and Luo, "No more strided convolutions or pooling", ECML PKDD 2022,
        section 3.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.SPDConv(8, 16, bias=False)
        >>> sum(p.size for p in layer.parameters()) == 36 * 8 * 16
        True
    """

    source = "Sunkara and Luo, ECML PKDD 2022"
    year = 2022
    learned = True
    starts = ("first", "mean")
    keeps_channels = False
    data_formats = ("NCHW", "NHWC")
    odd = "ceil"
    notes = Notes(
        grid="""
        Channels in blocks, one pixel of the cell each, down the columns: top-left,
        bottom-left, top-right, bottom-right for scale 2 (pixel_unshuffle keeps a
        channel's pixels together instead). An odd last row or column is repeated to
        fill its cell; the convolution pads k // 2 zeros.
        """,
        initialization="PyTorch's default.",
        cost="""
        k*k*s*s*C*D (+ D) parameters, as many multiply-accumulates per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        data_format: str = "NCHW",
        kernel_size: int = 3,
        bias: bool = True,
    ):
        super().__init__(
            in_channels, out_channels, scale=scale, data_format=data_format
        )
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        merged = in_channels * scale * scale
        self.conv = conv(
            merged,
            self.out_channels,
            kernel_size,
            bias=bias,
            data_format=self.data_format,
        )

    def set_start(self, mode: str) -> bool:
        if self.in_channels != self.out_channels or self.data_format == "NCDHW":
            return False
        cell, channels = cell_kernel(self.scale, mode).ravel(), np.eye(self.in_channels)
        read = np.kron(cell, channels)  # pixel, then channel
        middle = cell_kernel(1, "first", self.conv.weight.shape[-1])
        set_weight(self.conv.weight, np.einsum("oi,yx->oiyx", read, middle))
        set_weight(self.conv.bias, 0.0)
        return True

    @classmethod
    def count(
        cls, site: Site, *, kernel_size: int, bias: bool, **options: Any
    ) -> tuple[int, int]:
        merged = site.scale**2 * site.in_channels
        weights = kernel_size**2 * merged * site.out_channels
        pixels = site.coarse_height * site.coarse_width
        return weights + bias * site.out_channels, weights * pixels

    def forward(self, x: Tensor) -> Tensor:
        s = self.scale
        x = _pad_to_multiple(x, s, "replicate", self.data_format)
        if self.data_format == "NHWC":
            return self.conv(_merge_cells(x, s))
        blocks = [x[:, :, row::s, column::s] for column in range(s) for row in range(s)]
        return self.conv(paddle.concat(blocks, axis=1))
