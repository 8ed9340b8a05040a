"""A resampler that keeps its channels, with a 1x1 convolution that changes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import paddle
import paddle.nn as nn
from paddle import Tensor

from .arguments import check_map, check_weights, in_its_dtype
from .base import Downsampler, Upsampler

__all__ = ["ProjectedDownsampler", "ProjectedUpsampler"]


class ProjectedUpsampler(nn.Layer):
    """A 1x1 convolution, then an upsampler that keeps its channels.

    The convolution is on the coarse side. There it costs scale*scale times less than
    behind the upsampler; for interpolation, whose weights sum to one, the result is the
    same; and what follows has the channels of the guide or of the recorded indices.

    Args:
        in_channels: channels of x.
        upsample: the upsampler, built for the channels of the result.
    """

    def __init__(self, in_channels: int, upsample: Upsampler):
        super().__init__()
        self.project = _pointwise(upsample, in_channels, upsample.in_channels)
        self.upsample = upsample

    @property
    def needs_side(self) -> str | None:
        """As Upsampler.needs_side."""
        return self.upsample.needs_side

    def forward(
        self,
        x: Tensor,
        guide: Tensor | None = None,
        side: Any = None,
        size: Sequence[int] | Tensor | None = None,
    ) -> Tensor:
        """As Upsampler.forward."""
        layer = self.upsample
        if paddle.in_dynamic_mode():
            channels = self.project.weight.shape[1]
            check_map(layer.name, "x", x, layer.data_format, channels)
            check_weights(layer.name, self.project, x)
        x = in_its_dtype(layer.name, self.project, x)
        return layer(x, guide=guide, side=side, size=size)


class ProjectedDownsampler(nn.Layer):
    """A downsampler that keeps its channels, then a 1x1 convolution (coarse side).

    Args:
        downsample: the downsampler.
        out_channels: channels of the result.
    """

    def __init__(self, downsample: Downsampler, out_channels: int):
        super().__init__()
        self.downsample = downsample
        self.project = _pointwise(downsample, downsample.out_channels, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """As Downsampler.forward."""
        return self._project(self.downsample(x))

    def record(self, x: Tensor, needed: bool = True) -> tuple[Tensor, Any]:
        """As Downsampler.record."""
        y, side = self.downsample.record(x, needed)
        return self._project(y), side

    def _project(self, y):
        if paddle.in_dynamic_mode():
            check_weights(self.downsample.name, self.project, y)
        return in_its_dtype(self.downsample.name, self.project, y)


def _pointwise(resampler, in_channels, out_channels):
    conv = nn.Conv3D if resampler.data_format == "NCDHW" else nn.Conv2D
    return conv(in_channels, out_channels, 1, data_format=resampler.data_format)
