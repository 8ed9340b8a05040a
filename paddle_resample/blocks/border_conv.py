"""A convolution of stride 1 or more behind any border rule, also in ONNX."""

from __future__ import annotations

import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Initializer

from ..initialise import torch_uniform
from ..ops.border import pad_border

__all__ = ["BorderConv"]


class BorderConv(nn.Conv2D):
    """k x k convolution, k odd, of a map that is continued by k // 2 pixels.

    Args:
        in_channels, out_channels, kernel_size, stride, bias: of the convolution.
        border: as in `ops.border`.
        init: initializer of the weight, with a bias of 0; None initializes both as
            PyTorch does.
        owner: name of the layer, for error messages.

    Shape:
        x [N, C, H, W] -> [N, D, ceil(H/stride), ceil(W/stride)].
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        *,
        border: str,
        owner: str,
        stride: int = 1,
        bias: bool = True,
        init: Initializer | None = None,
    ):
        both = torch_uniform(in_channels * kernel_size**2)
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            weight_attr=init or both,
            bias_attr=(None if init else both) if bias else False,
        )
        self.border, self.owner = border, owner

    def forward(self, x: Tensor) -> Tensor:
        reach = self.weight.shape[-1] // 2
        x = pad_border(x, (reach, reach), self.border, self.owner)
        return F.conv2d(x, self.weight, self.bias, stride=self._stride)
