"""Pixel unshuffle: the pixels of each cell become channels, and a convolution mixes
them; the inverse layout of pixel_shuffle."""

from __future__ import annotations

from typing import Any

import numpy as np
import paddle.nn as nn
from paddle import Tensor

from ..base import Downsampler, Site, whole_number
from ..initialise import cell_kernel, set_weight
from ..notes import Notes
from ..ops.shuffle import _pixel_unshuffle
from ..ops.size import _pad_to_multiple
from ..registry import register

__all__ = ["PixelUnshuffle"]


@register("pixel_unshuffle")
class PixelUnshuffle(Downsampler):
    """Pixel unshuffle to C*s*s channels, then a convolution to D.

    Args:
        kernel_size: k of the convolution, odd; 1 makes it one function class with a
            convolution of kernel and stride s.

    Shape:
        x: [N, C, H, W], or [N, C, D, H, W] with "NCDHW".
        y: [N, D, ceil(H/s), ceil(W/s)]; of a volume [N, D, ceil(depth/s), ceil(H/s),
            ceil(W/s)].

    Source:
        Shi et al., CVPR 2016 (inverse of its shuffle).

    Example:
        >>> import paddle, paddle_resample
        >>> list(paddle_resample.PixelUnshuffle(2, 4)(paddle.ones([1, 2, 5, 8])).shape)
        [1, 4, 3, 4]
    """

    source = "Shi et al., CVPR 2016"
    year = 2016
    learned = True
    starts = ("first", "mean")
    keeps_channels = False
    data_formats = ("NCHW", "NHWC", "NCDHW")
    odd = "ceil"
    notes = Notes(
        grid="""
        Channel c*s*s + dy*s + dx holds pixel (dy, dx) of the cell. An odd last row or
        column is repeated to fill its cell. A volume has cells of s*s*s.
        """,
        initialization="Paddle's default: weights N(0, sqrt(2 / inputs)), biases 0.",
        cost="""
        k*k*s*s*C*D + D parameters, as many multiply-accumulates per output pixel; in a
        volume k**3 * s**3 for k*k*s*s.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        data_format: str = "NCHW",
        kernel_size: int = 1,
    ):
        super().__init__(
            in_channels, out_channels, scale=scale, data_format=data_format
        )
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        volume = data_format == "NCDHW"
        conv = nn.Conv3D if volume else nn.Conv2D
        self.conv = conv(
            in_channels * scale ** (3 if volume else 2),
            self.out_channels,
            kernel_size,
            padding=kernel_size // 2,
            data_format=self.data_format,
        )

    def set_start(self, mode: str) -> bool:
        if self.in_channels != self.out_channels or self.data_format == "NCDHW":
            return False
        cell, channels = cell_kernel(self.scale, mode).ravel(), np.eye(self.in_channels)
        read = np.kron(channels, cell)  # channel, then pixel
        middle = cell_kernel(1, "first", self.conv.weight.shape[-1])
        set_weight(self.conv.weight, np.einsum("oi,yx->oiyx", read, middle))
        set_weight(self.conv.bias, 0.0)
        return True

    @classmethod
    def count(cls, site: Site, *, kernel_size: int, **options: Any) -> tuple[int, int]:
        weights = kernel_size**2 * site.scale**2 * site.in_channels * site.out_channels
        pixels = site.coarse_height * site.coarse_width
        return weights + site.out_channels, weights * pixels

    def forward(self, x: Tensor) -> Tensor:
        x = _pad_to_multiple(x, self.scale, "replicate", self.data_format)
        return self.conv(_pixel_unshuffle(x, self.scale, self.data_format))
