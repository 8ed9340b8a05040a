"""Haar wavelet downsampling (HWD): all four bands become channels, and a 1x1
convolution mixes them."""

from __future__ import annotations

from typing import Any, Literal

import paddle
import paddle.nn as nn
from paddle import Tensor

from ..base import Downsampler, Site
from ..blocks.conv import conv
from ..errors import UsageError
from ..notes import Notes
from ..ops.haar import _haar
from ..registry import register

__all__ = ["HWD"]


@register("hwd")
class HWD(Downsampler):
    """Haar transform, 1x1 convolution 4*C -> D, batch norm, ReLU.

    Args:
        border: what completes an odd last row or column: "zeros" (published) or
            "replicate".

    Shape:
        x: [N, C, H, W].
        y: [N, D, ceil(H/2), ceil(W/2)].

    Source:
        Xu et al., "Haar wavelet downsampling: A simple but effective downsampling
        module for semantic segmentation", Pattern Recognition 2023, section 3.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.HWD(64, 128)
        >>> sum(p.size for p in layer.parameters() if not p.stop_gradient)
        33152
    """

    source = "Xu et al., Pattern Recognition 2023"
    year = 2023
    scales = (2,)
    learned = True
    keeps_channels = False
    odd = "ceil"
    notes = Notes(
        grid="""
        Output i is centred on input 2 * i + 0.5. Channels of the convolution: low band,
        differences between rows, between columns, diagonal ones. Without the norm it is
        one function class with a 2 x 2 convolution of stride 2.
        """,
        initialization="PyTorch's default.",
        cost="""
        4*C*D + 3*D parameters; 4*C*D multiply-accumulates per output pixel and 16*C for
        the transform.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        border: Literal["replicate", "zeros"] = "zeros",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        if border not in ("replicate", "zeros"):
            raise UsageError(
                f"hwd: border must be 'zeros' or 'replicate', not {border!r}"
            )
        self.border = border
        self.conv_bn_relu = nn.Sequential(
            conv(4 * in_channels, self.out_channels),
            nn.BatchNorm2D(self.out_channels),
            nn.ReLU(),
        )

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        c, d = site.in_channels, site.out_channels
        pixels = site.coarse_height * site.coarse_width
        return 4 * c * d + 3 * d, (4 * c * d + 16 * c) * pixels

    def forward(self, x: Tensor) -> Tensor:
        low, side = _haar(x, self.border)
        return self.conv_bn_relu(paddle.concat([low, side.high], axis=1))
