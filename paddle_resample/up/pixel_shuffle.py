"""Pixel shuffle (sub-pixel convolution): a convolution makes scale*scale values for
each output channel, and the shuffle lays them out as a cell of pixels."""

from __future__ import annotations

from typing import Any

import paddle.nn as nn
from paddle import Tensor

from ..arguments import check_choice
from ..base import Site, Upsampler, whole_number
from ..initialise import (
    cell_weights,
    channelwise,
    repeat_for_shuffle,
    set_weight,
    torch_uniform,
)
from ..notes import Notes
from ..ops.shuffle import _pixel_shuffle
from ..ops.size import _fit
from ..registry import register

__all__ = ["PixelShuffle"]

_INITS = ("icnr", "xavier", "torch")


@register("pixel_shuffle")
class PixelShuffle(Upsampler):
    """Convolution to out_channels*scale*scale channels, then pixel shuffle.

    Args:
        kernel_size: k of the convolution, odd.
        init: "icnr" initializes the s*s sub-kernels equal (He normal, bias 0), so that
            no checkerboard is there before training; "xavier" (uniform, bias 0) is the
            default of mmcv's PixelShufflePack, "torch" PyTorch's default.

    Shape:
        x: [N, C, H, W].
        y: [N, D, H', W']; with "NCDHW" [N, D, D', H', W'] of x [N, C, depth, H, W] and
            size (D', H', W').

    Source:
        Shi et al., CVPR 2016; ICNR: Aitken et al., arXiv 1707.02937, 2017.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.PixelShuffle(4, 2)
        >>> sum(p.size for p in layer.parameters()) == 4 * 2 * (9 * 4 + 1)
        True
    """

    source = "Shi et al., CVPR 2016"
    year = 2016
    learned = True
    starts = ("bilinear", "nearest")
    keeps_channels = False
    data_formats = ("NCHW", "NHWC", "NCDHW")
    notes = Notes(
        grid="""
        Pixel (dy, dx) of a cell is channel d*s*s + dy*s + dx of the convolution, in a
        volume (dz, dy, dx) is d*s**3 + (dz*s + dy)*s + dx; zero padding of the
        convolution at the border.
        """,
        initialization="As option init says.",
        cost="""
        s*s*D*(k*k*C + 1) parameters, s*s*D*k*k*C multiply-accumulates per input pixel;
        in a volume s**3 for s*s and k**3 for k*k.
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
        init: str = "icnr",
    ):
        super().__init__(
            in_channels, out_channels, scale=scale, data_format=data_format
        )
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        check_choice(self.name, "init", init, _INITS)
        axes = 3 if data_format == "NCDHW" else 2
        base = {
            "icnr": nn.initializer.KaimingNormal(),
            "xavier": nn.initializer.XavierUniform(),
            "torch": torch_uniform(in_channels * kernel_size**axes),
        }[init]
        conv = nn.Conv3D if axes == 3 else nn.Conv2D
        self.conv = conv(
            in_channels,
            self.out_channels * scale**axes,
            kernel_size,
            padding=kernel_size // 2,
            weight_attr=base,
            bias_attr=base if init == "torch" else nn.initializer.Constant(0.0),
            data_format=self.data_format,
        )
        if init == "icnr":
            repeat_for_shuffle(self.conv.weight, scale, base)

    def set_start(self, mode: str) -> bool:
        k = self.conv.weight.shape[-1]
        same = self.in_channels == self.out_channels
        if not same or self.data_format == "NCDHW" or (k == 1 and mode != "nearest"):
            return False
        cells = cell_weights(self.scale, mode, k // 2).reshape([-1, k, k])
        set_weight(self.conv.weight, channelwise(cells, self.in_channels))
        set_weight(self.conv.bias, 0.0)
        return True

    @classmethod
    def count(cls, site: Site, *, kernel_size: int, **options: Any) -> tuple[int, int]:
        weights = site.scale**2 * site.out_channels * kernel_size**2 * site.in_channels
        bias = site.scale**2 * site.out_channels
        return weights + bias, weights * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        y = _pixel_shuffle(self.conv(x), self.scale, self.data_format)
        return _fit(y, size, self.scale, self.data_format)
