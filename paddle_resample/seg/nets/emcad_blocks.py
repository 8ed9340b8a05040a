"""What EMCAD's decoder is made of: attention, multi-scale convolution, gate.

Source: Rahman, Munir and Marculescu, "EMCAD: Efficient multi-scale convolutional
attention decoding for medical image segmentation", CVPR 2024, section 3.1.
"""

from __future__ import annotations

from math import gcd

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle.nn.initializer import Normal

from ...blocks.conv import conv
from ...ops import spatial_size

__all__ = [
    "ACTIVATIONS",
    "AttentionGate",
    "ChannelAttention",
    "MultiScaleConv",
    "SpatialAttention",
]

ACTIVATIONS = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "prelu": lambda: nn.PReLU(init=0.2),
    "gelu": nn.GELU,
    "hardswish": nn.Hardswish,
}


class ChannelAttention(nn.Layer):
    """Weights in (0, 1) of every channel, from its mean and its maximum (CAB).

    Args:
        channels: C; the hidden layer has C // 16 channels, 1 where C is below 16.

    Shape:
        x [N, C, H, W] -> [N, C, 1, 1].
    """

    def __init__(self, channels):
        super().__init__()
        hidden = channels // min(channels, 16)
        self.fc1 = _conv(channels, hidden, bias=False)
        self.fc2 = _conv(hidden, channels, bias=False)

    def forward(self, x):
        mean, most = F.adaptive_avg_pool2d(x, 1), F.adaptive_max_pool2d(x, 1)
        return F.sigmoid(sum(self.fc2(F.relu(self.fc1(y))) for y in (mean, most)))


class SpatialAttention(nn.Layer):
    """Weights in (0, 1) of every pixel, from its mean and its maximum (SAB).

    Shape:
        x [N, C, H, W] -> [N, 1, H, W].
    """

    def __init__(self):
        super().__init__()
        self.conv = _conv(2, 1, 7, bias=False)

    def forward(self, x):
        pair = [f(x, axis=1, keepdim=True) for f in (paddle.mean, paddle.max)]
        return F.sigmoid(self.conv(paddle.concat(pair, axis=1)))


class MultiScaleConv(nn.Layer):
    """x + 1x1(shuffle(depthwise convolutions of several sizes(1x1(x)))) (MSCB).

    Args:
        channels: C.
        kernel_sizes: of the depthwise convolutions, odd.
        expansion: C * expansion channels between the 1x1 convolutions.
        parallel: whether every depthwise convolution reads the expanded map; else each
            reads the input of the one before it plus that one's result.
        add: whether their results are added; else they are concatenated.
        activation: key of `ACTIVATIONS`.

    Shape:
        x [N, C, H, W] -> [N, C, H, W].
    """

    def __init__(self, channels, kernel_sizes, expansion, parallel, add, activation):
        super().__init__()
        wide = int(channels * expansion)
        joined = wide if add else wide * len(kernel_sizes)
        self.parallel, self.add = parallel, add
        self.groups, self.joined = gcd(joined, channels), joined
        act = ACTIVATIONS[activation]
        self.pconv1 = nn.Sequential(
            _conv(channels, wide, bias=False), nn.BatchNorm2D(wide), act()
        )
        self.dwconvs = nn.LayerList(
            nn.Sequential(
                _conv(wide, wide, size, bias=False, groups=wide),
                nn.BatchNorm2D(wide),
                act(),
            )
            for size in kernel_sizes
        )
        self.pconv2 = nn.Sequential(
            _conv(joined, channels, bias=False), nn.BatchNorm2D(channels)
        )

    def forward(self, x):
        y, results = self.pconv1(x), []
        for convolve in self.dwconvs:
            results.append(convolve(y))
            if not self.parallel:
                y = y + results[-1]
        y = sum(results) if self.add else paddle.concat(results, axis=1)
        return x + self.pconv2(self._shuffle(y))

    def _shuffle(self, y):
        """Channel (a, b) of (groups, rest) goes to (b, a)."""
        size = spatial_size(y)
        y = y.reshape([0, self.groups, self.joined // self.groups, size[0] * size[1]])
        return y.transpose([0, 2, 1, 3]).reshape([0, self.joined, size[0], size[1]])


class AttentionGate(nn.Layer):
    """Large-kernel grouped attention gate (LGAG): skip times a weight of every pixel
    made from x and the skip.

    Args:
        channels: C of both, even.
        kernel_size: of the grouped convolutions; 1 makes them ungrouped.

    Shape:
        x, skip [N, C, H, W] -> [N, C, H, W].
    """

    def __init__(self, channels, kernel_size):
        super().__init__()
        middle = channels // 2
        groups = 1 if kernel_size == 1 else middle

        def grouped():
            layer = _conv(channels, middle, kernel_size, groups=groups)
            return nn.Sequential(layer, nn.BatchNorm2D(middle))

        self.W_g, self.W_x = grouped(), grouped()
        self.psi = nn.Sequential(_conv(middle, 1), nn.BatchNorm2D(1), nn.Sigmoid())

    def forward(self, x, skip):
        return skip * self.psi(F.relu(self.W_g(x) + self.W_x(skip)))


def _conv(in_channels, out_channels, kernel_size=1, bias=True, groups=1):
    return conv(
        in_channels,
        out_channels,
        kernel_size,
        init=Normal(0.0, 0.02),
        bias=bias,
        groups=groups,
    )
