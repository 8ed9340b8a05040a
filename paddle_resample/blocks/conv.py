"""Convolutions and linear layers with the initialization of published code."""

from __future__ import annotations

import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import Constant, Initializer

from ..errors import UsageError
from ..initialise import torch_uniform
from .pointwise_conv import PointwiseConv

__all__ = ["Linear2D", "conv", "conv_norm_relu", "linear", "transposed_options"]


def conv(
    in_channels: int,
    out_channels: int,
    kernel_size: int = 1,
    *,
    init: Initializer | None = None,
    bias: bool = True,
    stride: int = 1,
    padding: int | None = None,
    dilation: int = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    data_format: str = "NCHW",
) -> nn.Conv2D:
    """A 2-D convolution, by default padded so that stride 1 keeps the size.

    Args:
        in_channels, out_channels, stride, dilation, groups, padding_mode, data_format:
            as of nn.Conv2D.
        kernel_size: side of the kernel.
        init: initializer of the weight, with a bias of 0; None initializes weight and
            bias as PyTorch does.
        bias: whether there is one.
        padding: pixels on every side, default kernel_size // 2 * dilation.

    Returns:
        nn.Conv2D; a PointwiseConv where it is a plain 1x1 convolution.

    >>> list(conv(8, 4, 3, bias=False).weight.shape)
    [4, 8, 3, 3]
    """
    attributes = _attributes(in_channels // groups * kernel_size**2, init, bias)
    plain = kernel_size == stride == groups == 1 and not padding
    if plain and data_format == "NCHW":
        return PointwiseConv(in_channels, out_channels, **attributes)
    return nn.Conv2D(
        in_channels,
        out_channels,
        kernel_size,
        stride=stride,
        padding=kernel_size // 2 * dilation if padding is None else padding,
        dilation=dilation,
        groups=groups,
        padding_mode=padding_mode,
        data_format=data_format,
        **attributes,
    )


def conv_norm_relu(
    in_channels: int, out_channels: int, *, stride: int = 1, bias: bool = True
) -> tuple[nn.Conv2D, nn.BatchNorm2D, nn.ReLU]:
    """The layers of a 3x3 convolution, batch norm and ReLU, for an nn.Sequential.

    Args:
        in_channels, out_channels, stride, bias: of the convolution, see `conv`.

    >>> [type(layer).__name__ for layer in conv_norm_relu(8, 4)]
    ['Conv2D', 'BatchNorm2D', 'ReLU']
    """
    convolution = conv(in_channels, out_channels, 3, bias=bias, stride=stride)
    return convolution, nn.BatchNorm2D(out_channels), nn.ReLU()


def transposed_options(owner: str, kernel_size: int, scale: int) -> dict[str, int]:
    """Stride and paddings of a transposed convolution that multiplies sides by scale.

    Args:
        owner: name of the layer, for the message.
        kernel_size: at least scale.
        scale: integer from 1.

    Raises:
        UsageError: an even kernel of scale 1, which no padding keeps in the middle.

    >>> transposed_options("up", 4, 2)
    {'stride': 2, 'padding': 1, 'output_padding': 0}
    """
    if scale == 1 and kernel_size % 2 == 0:
        raise UsageError(
            f"{owner}: kernel_size={kernel_size} must be odd where scale is 1"
        )
    padding = (kernel_size - scale + 1) // 2
    more = scale + 2 * padding - kernel_size
    return {"stride": scale, "padding": padding, "output_padding": more}


def linear(
    in_channels: int,
    out_channels: int,
    *,
    init: Initializer | None = None,
    bias: bool = True,
) -> nn.Linear:
    """A linear layer of the last axis.

    Args:
        in_channels, out_channels: length of that axis.
        init, bias: as in `conv`.
    """
    return nn.Linear(in_channels, out_channels, **_attributes(in_channels, init, bias))


class Linear2D(nn.Linear):
    """A linear layer over the channels of a feature map, stored as nn.Linear stores it.

    Args:
        in_channels, out_channels: of the feature maps.
        init, bias: as in `conv`.

    Shape:
        x [N, C, H, W] -> [N, D, H, W].
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        init: Initializer | None = None,
        bias: bool = True,
    ):
        attributes = _attributes(in_channels, init, bias)
        super().__init__(in_channels, out_channels, **attributes)

    def forward(self, x: Tensor) -> Tensor:
        # Paddle 2.6 cannot trace super().
        y = nn.Linear.forward(self, x.transpose([0, 2, 3, 1]))
        return y.transpose([0, 3, 1, 2])


def _attributes(fan_in, init, bias):
    if init is None:
        init, zero = torch_uniform(fan_in), torch_uniform(fan_in)
    else:
        zero = Constant(0.0)
    return {"weight_attr": init, "bias_attr": zero if bias else False}
