"""The encoder of JAFAR and AnyUp: a convolution and residual blocks of 1x1 ones."""

from __future__ import annotations

from collections.abc import Sequence

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor

from ..ops import spatial_size
from ..ops.interpolate import _interpolate
from .conv import conv

__all__ = ["count_encoder", "encoder", "group_norm", "pooled"]

_GROUPS = 8  # of the group norms


def encoder(in_channels: int, width: int, kernel_size: int = 1) -> nn.Sequential:
    """A convolution without bias and two residual blocks of 1x1 convolutions.

    Args:
        in_channels: channels of the input.
        width: channels of the result, a multiple of 8.
        kernel_size: of the first convolution, odd; borders are reflected.
    """
    blocks = [_Residual(width), _Residual(width)]
    border = "reflect" if kernel_size > 1 else "zeros"
    first = conv(in_channels, width, kernel_size, bias=False, padding_mode=border)
    return nn.Sequential(first, *blocks)


def count_encoder(
    in_channels: int, width: int, kernel_size: int = 1
) -> tuple[int, int]:
    """(parameters, multiply-accumulates per pixel) of `encoder`.

    >>> count_encoder(3, 128)
    (66944, 65920)
    """
    weights = in_channels * width * kernel_size**2 + 4 * width * width
    return weights + 8 * width, weights


def pooled(x: Tensor, size: Sequence[int] | Tensor) -> Tensor:
    """Mean of x over the cells of a map of `size`.

    Args:
        x: [N, C, H, W].
        size: (h, w), ints or an integer Tensor.

    Returns:
        [N, C, h, w]; x itself if it has that size.
    """
    if paddle.in_dynamic_mode() and list(size) == spatial_size(x):
        return x
    return _interpolate(x, size=size, mode="area")


def group_norm(x: Tensor) -> Tensor:
    """Normalise each of 8 groups of channels over the map, without parameters.

    Args:
        x: float [N, D, H, W], D a multiple of 8.

    Returns:
        the same shape.
    """
    size = spatial_size(x)
    groups = x.reshape([-1, _GROUPS, x.shape[1] // _GROUPS, size[0], size[1]])
    groups = groups - groups.mean([2, 3, 4], keepdim=True)
    variance = (groups * groups).mean([2, 3, 4], keepdim=True)
    groups = groups * paddle.rsqrt(variance + 1e-5)
    return groups.reshape([-1, x.shape[1], size[0], size[1]])


class _Residual(nn.Layer):
    """x + conv(SiLU(norm(conv(SiLU(norm(x)))))), 1x1 without bias."""

    def __init__(self, width):
        super().__init__()
        self.norm1 = nn.GroupNorm(_GROUPS, width)
        self.conv1 = conv(width, width, bias=False)
        self.norm2 = nn.GroupNorm(_GROUPS, width)
        self.conv2 = conv(width, width, bias=False)

    def forward(self, x):
        # The same as F.silu, whose gradient is NaN below -44 in Paddle.
        y = self.conv1(F.swish(self.norm1(x)))
        return x + self.conv2(F.swish(self.norm2(y)))
