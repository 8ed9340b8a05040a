"""The joint bilateral filter of FeatUp, whose range kernel is learned."""

from __future__ import annotations

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor

from ..ops import spatial_size
from ..ops.interpolate import _interpolate
from ..ops.pixel_filter import neighbour_products, pixel_filter
from .conv import conv

__all__ = ["LearnedRange", "count_learned_range"]


class LearnedRange(nn.Layer):
    """Resize x bicubically to the guide's size, then filter it along the guide.

    With q = proj(guide) and the window of (2*radius + 1)**2 fine pixels around p:
    kernel_p = softmax(exp(temperature) * <q_p, q>) * Gauss(sigma), normalised, plus
    0.1 * fixup([kernel, guide]).

    Args:
        guide_channels: G.
        key_channels: channels of the projection.
        radius: of the window, in fine pixels.
        dropout: probability of dropping a hidden channel of the two projections in
            training.

    Shape:
        x [N, C, H, W], guide [N, G, H', W'] -> [N, C, H', W'].

    Source: Fu et al., "FeatUp", ICLR 2024; weights are named as in the released code.
    The fix-up term is not normalised: a constant does not stay constant.
    """

    def __init__(
        self,
        guide_channels: int,
        key_channels: int = 32,
        radius: int = 3,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.radius = radius
        taps = (2 * radius + 1) ** 2
        self.range_temp = self._number(0.0)
        self.range_proj = _projection(
            guide_channels, key_channels, key_channels, dropout
        )
        self.fixup_proj = _projection(guide_channels + taps, taps, taps, dropout)
        self.sigma_spatial = self._number(1.0)

    def _number(self, value):
        return self.create_parameter(
            [], default_initializer=nn.initializer.Constant(value)
        )

    def forward(self, x: Tensor, guide: Tensor) -> Tensor:
        kernels = self._range_kernels(guide) * self._spatial_kernel()
        kernels = kernels / paddle.clip(kernels.sum(1, keepdim=True), min=1e-7)
        fixup = self.fixup_proj(paddle.concat([kernels, guide], axis=1))
        x = _interpolate(x, size=spatial_size(guide), mode="bicubic")
        return pixel_filter(x, kernels + 0.1 * fixup)

    def _range_kernels(self, guide):
        products = neighbour_products(self.range_proj(guide), self.radius)
        return F.softmax(paddle.clip(self.range_temp.exp(), 1e-4, 1e4) * products, 1)

    def _spatial_kernel(self):
        side = 2 * self.radius + 1
        line = paddle.linspace(-1.0, 1.0, side).astype(self.sigma_spatial.dtype) ** 2
        square = (line.unsqueeze(1) + line.unsqueeze(0)).reshape([1, side * side, 1, 1])
        return paddle.exp(-square / (2.0 * self.sigma_spatial**2))


def count_learned_range(
    guide_channels: int, channels: int, key_channels: int = 32, radius: int = 3
) -> tuple[int, int]:
    """Closed form of LearnedRange.

    Args:
        guide_channels, key_channels, radius: as in LearnedRange.
        channels: C of x.

    Returns:
        (parameters, multiply-accumulates per fine pixel).

    >>> count_learned_range(3, 256)[0]
    6233
    """
    g, k, taps = guide_channels, key_channels, (2 * radius + 1) ** 2
    weights = g * k + k * k + (g + taps) * taps + taps * taps
    products = taps * k + taps * channels + 16 * channels  # similarity, filter, bicubic
    return weights + 2 * k + 2 * taps + 2, weights + products


def _projection(inputs, hidden, outputs, dropout):
    return nn.Sequential(
        conv(inputs, hidden), nn.GELU(), nn.Dropout2D(dropout), conv(hidden, outputs)
    )
