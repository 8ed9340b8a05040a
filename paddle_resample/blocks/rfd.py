"""Robust feature downsampling: DRFD halves a map, SRFD quarters it."""

from __future__ import annotations

import math

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor

from .conv import conv

__all__ = ["DRFD", "SRFD", "Cut"]


class Cut(nn.Layer):
    """The four pixels of each cell as channels, 1x1 convolution, batch norm.

    Args:
        in_channels, out_channels: C and D.

    Shape:
        x [N, C, H, W], H and W even -> [N, D, H/2, W/2].
    """

    def __init__(self, in_channels: int, out_channels: int):
        super().__init__()
        self.conv_fusion = conv(4 * in_channels, out_channels)
        self.batch_norm = nn.BatchNorm2D(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        # Down the columns: top-left, bottom-left, top-right, bottom-right.
        pixels = [x[:, :, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        return self.batch_norm(self.conv_fusion(paddle.concat(pixels, axis=1)))


class DRFD(nn.Layer):
    """Half the resolution from a cut, a strided convolution and a maximum, fused.

    Args:
        in_channels, out_channels: C and D.

    Shape:
        x [N, C, H, W], H and W even -> [N, D, H/2, W/2].
    """

    def __init__(self, in_channels: int, out_channels: int):
        super().__init__()
        self.cut_c = Cut(in_channels, out_channels)
        self.conv = widen(in_channels, out_channels)
        self.conv_x = _halve(out_channels)
        self.batch_norm_x = nn.BatchNorm2D(out_channels)
        self.batch_norm_m = nn.BatchNorm2D(out_channels)
        self.fusion = conv(3 * out_channels, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        cut, x = self.cut_c(x), self.conv(x)
        convolved = self.batch_norm_x(F.gelu(self.conv_x(x)))
        largest = self.batch_norm_m(F.max_pool2d(x, 2))
        return self.fusion(paddle.concat([cut, convolved, largest], axis=1))

    @staticmethod
    def count(c: int, d: int, height: int, width: int) -> tuple[int, int]:
        """(parameters, multiply-accumulates) for sides of the even x."""
        wide = 9 * c // math.gcd(c, d) * d
        coarse = 4 * c * d + 9 * d + 3 * d * d
        pixels = height * width
        return wide + coarse + 10 * d, wide * pixels + coarse * pixels // 4


class SRFD(nn.Layer):
    """A quarter of the resolution: a 7x7 convolution, then two reductions; for a stem.

    Args:
        in_channels, out_channels: C and D, D at least 4.

    Shape:
        x [N, C, H, W], H and W multiples of 4 -> [N, D, H/4, W/4].
    """

    def __init__(self, in_channels: int, out_channels: int):
        super().__init__()
        quarter, half = out_channels // 4, out_channels // 2
        self.conv_init = conv(in_channels, quarter, 7)
        self.conv_1 = widen(quarter, half)
        self.conv_x1 = _halve(half)
        self.batch_norm_x1 = nn.BatchNorm2D(half)
        self.cut_c = Cut(quarter, half)
        self.fusion1 = conv(2 * half, half)
        self.conv_2 = widen(half, out_channels)
        self.conv_x2 = _halve(out_channels)
        self.batch_norm_x2 = nn.BatchNorm2D(out_channels)
        self.batch_norm_m = nn.BatchNorm2D(out_channels)
        self.cut_r = Cut(half, out_channels)
        self.fusion2 = conv(3 * out_channels, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_init(x)
        convolved = self.batch_norm_x1(self.conv_x1(self.conv_1(x)))
        x = self.fusion1(paddle.concat([convolved, self.cut_c(x)], axis=1))
        cut, x = self.cut_r(x), self.conv_2(x)
        convolved = self.batch_norm_x2(self.conv_x2(x))
        largest = self.batch_norm_m(F.max_pool2d(x, 2))
        return self.fusion2(paddle.concat([convolved, cut, largest], axis=1))

    @staticmethod
    def count(c: int, d: int, height: int, width: int) -> tuple[int, int]:
        """(parameters, multiply-accumulates) for sides of x, multiples of 4."""
        q, t = d // 4, d // 2
        first = 49 * c * q + 9 * q // math.gcd(q, t) * t
        wide = 9 * t // math.gcd(t, d) * d
        second = 9 * t + 4 * q * t + 2 * t * t + wide
        third = 9 * d + 4 * t * d + 3 * d * d
        small = q + 8 * t + 10 * d
        pixels = height * width
        macs = first * pixels + second * pixels // 4 + third * pixels // 16
        return first + second + third + small, macs


def widen(in_channels: int, out_channels: int) -> nn.Conv2D:
    """A 3x3 convolution in as many groups as both channel counts allow: one for each
    channel of x where they widen by an integer, as published."""
    groups = math.gcd(in_channels, out_channels)
    return conv(in_channels, out_channels, 3, groups=groups)


def _halve(channels):
    return conv(channels, channels, 3, stride=2, groups=channels)
