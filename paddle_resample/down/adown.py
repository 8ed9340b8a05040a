"""ADown: one half of the channels takes a strided convolution, the other a maximum."""

from __future__ import annotations

from typing import Any

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..base import Downsampler, Site
from ..errors import UsageError
from ..notes import Notes
from ..registry import register
from .aconv import ConvNormAct

__all__ = ["ADown"]


@register("adown")
class ADown(Downsampler):
    """Mean of 2 x 2 pixels at stride 1; then, of the first half of the channels, a 3x3
    convolution of stride 2, and of the second a 3x3 maximum of stride 2 and a 1x1
    convolution; each convolution with batch norm and SiLU.

    Args:
        in_channels: C, even.
        out_channels: D, even, default C.

    Shape:
        x: [N, C, H, W].
        y: [N, D, floor(H/2), floor(W/2)].

    Source:
        Wang et al., "YOLOv9", ECCV 2024 (ADown); epsilon 1e-3 and momentum 0.97 of the
        norm as trained.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.ADown(64, 128)
        >>> sum(p.size for p in layer.parameters() if not p.stop_gradient)
        20736
    """

    source = "Wang et al., ECCV 2024"
    year = 2024
    scales = (2,)
    learned = True
    keeps_channels = False
    notes = Notes(
        grid="""
        Output i is centred on input 2 * i + 0.5; the convolution pads one row and
        column of zeros, the maximum one of minus infinity; an odd last row or column is
        seen only through the last means.
        """,
        initialization="PyTorch's default.",
        cost="2.5*C*D + 2*D parameters, 2.5*C*D multiply-accumulates per output pixel.",
    )

    def __init__(
        self, in_channels: int, out_channels: int | None = None, *, scale: int = 2
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        if in_channels % 2 or self.out_channels % 2:
            raise UsageError(
                f"adown: works on two halves of the channels, so in_channels="
                f"{in_channels} and out_channels={self.out_channels} must be even"
            )
        self.cv1 = ConvNormAct(in_channels // 2, self.out_channels // 2, 3, 2)
        self.cv2 = ConvNormAct(in_channels // 2, self.out_channels // 2, 1)

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        weights = 10 * (site.in_channels // 2) * (site.out_channels // 2)
        pixels = (site.height // 2) * (site.width // 2)
        return weights + 2 * site.out_channels, weights * pixels

    def forward(self, x: Tensor) -> Tensor:
        x = F.avg_pool2d(x, 2, stride=1)
        half = self.in_channels // 2
        y = self.cv1(x[:, :half])
        z = self.cv2(F.max_pool2d(x[:, half:], 3, stride=2, padding=1))
        return paddle.concat([y, z], axis=1)
