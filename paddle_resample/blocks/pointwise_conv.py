"""The layer of a convolution with a kernel of one pixel."""

from __future__ import annotations

import paddle.nn as nn
from paddle import Tensor
from paddle.hapi import dynamic_flops

from ..ops.pointwise_conv import _pointwise_conv

__all__ = ["PointwiseConv"]


class PointwiseConv(nn.Conv2D):
    """nn.Conv2D with kernel 1, which runs natively where it can.

    Args:
        in_channels, out_channels, weight_attr, bias_attr: as of nn.Conv2D.

    Shape:
        x [N, C, H, W] -> [N, D, H, W], dtype of x.
    """

    def __init__(
        self, in_channels: int, out_channels: int, weight_attr=None, bias_attr=None
    ):
        super().__init__(
            in_channels, out_channels, 1, weight_attr=weight_attr, bias_attr=bias_attr
        )

    def forward(self, x: Tensor) -> Tensor:
        return _pointwise_conv(x, self.weight, self.bias)


# paddle.flops counts layers of the very classes it knows, none of their subclasses.
dynamic_flops.register_hooks[PointwiseConv] = dynamic_flops.register_hooks[nn.Conv2D]
