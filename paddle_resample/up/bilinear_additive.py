"""Bilinear additive upsampling: interpolate, then sum neighbouring channels."""

from __future__ import annotations

from typing import Any

import numpy as np
import paddle
from paddle import Tensor

from ..base import Site, Upsampler
from ..notes import Notes
from ..ops.interpolate import _interpolate
from ..ops.pointwise_conv import _pointwise_conv
from ..registry import register

__all__ = ["BilinearAdditive"]


@register("bilinear_additive")
class BilinearAdditive(Upsampler):
    """Bilinear interpolation whose neighbouring channels are summed; no weights.

    Args:
        out_channels: channels D of the result; default C, which sums nothing. The
            paper takes C / 4.
        average: whether the mean is taken instead of the sum.

    Shape:
        x: [N, C, H, W].
        size: any (H', W'), default (H*s, W*s).
        y: [N, D, H', W'].

    Source:
        Wojna et al., "The devil is in the decoder", BMVC 2017, section 3.1; the
        residual connection of the paper adds it to a learned upsampler. No vectors of
        released code exist; tested against loops. "average" is ours.

    Example:
        >>> import paddle
        >>> import paddle_resample
        >>> layer = paddle_resample.BilinearAdditive(8, 2)
        >>> layer(paddle.ones([1, 8, 1, 1]))[0, :, 0, 0].tolist()
        [4.0, 4.0]
    """

    source = "Wojna et al., BMVC 2017"
    year = 2017
    keeps_channels = False
    any_size = True
    notes = Notes(
        formula="""
        y[d] = sum of the C / D channels of bilinear(x) from d*C/D on; where D does not
        divide C, of the channels from floor(d*C/D) to ceil((d + 1)*C/D) - 1.
        """,
        grid="""
        Corners not aligned; outside, the border pixel is repeated, as in `bilinear`.
        """,
        cost="No parameters; 4*C multiply-accumulates per output pixel.",
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        average: bool = False,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        self.average = average
        if self.in_channels == self.out_channels:
            self.sums = (
                None  # a buffer that is not used cannot be exported on Paddle 2.6
            )
            return
        weight = _sums(self.in_channels, self.out_channels)
        if average:
            weight = weight / weight.sum(1, keepdims=True)
        weight = paddle.to_tensor(weight[:, :, None, None].astype("float32"))
        self.register_buffer("sums", weight, persistable=False)

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        return 0, 4 * site.in_channels * site.scale**2 * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        scale = self.scale if size is None else None
        y = _interpolate(x, size, scale, "bilinear")
        if self.sums is None:
            return y
        return _pointwise_conv(y, self.sums.astype(y.dtype))


def _sums(channels, out_channels):
    """[D, C], 1 where a channel is summed."""
    first = np.arange(out_channels) * channels // out_channels
    last = -(-(np.arange(out_channels) + 1) * channels // out_channels)
    channel = np.arange(channels)
    return (channel >= first[:, None]) & (channel < last[:, None])
