"""Initial weights that Paddle does not offer by name."""

from __future__ import annotations

import math

import numpy as np
import paddle
from paddle import Tensor
from paddle.nn.initializer import Assign, Initializer, Uniform

__all__ = [
    "bilinear_kernel",
    "repeat_for_shuffle",
    "torch_uniform",
]


def torch_uniform(fan_in: int) -> Uniform:
    """PyTorch's default for convolutions, weight and bias: U(-b, b), b = fan_in**-0.5.

    It holds for operators published in PyTorch without an initialization of their own;
    Paddle's default is wider.

    Args:
        fan_in: inputs that one output sums over; for a transposed convolution PyTorch
            counts out_channels / groups * kernel area.
    """
    bound = 1.0 / math.sqrt(fan_in)
    return Uniform(-bound, bound)


def bilinear_kernel(weight: Tensor, scale: int) -> None:
    """Initialize a transposed convolution as bilinear interpolation.

    Args:
        weight: parameter [in_channels, out_channels / groups, k, k], or with a third
            k for volumes; channel i of the input goes to channel i of the output, with
            groups to the one of its group.
        scale: stride of the convolution.

    Source: Long et al., "Fully convolutional networks", CVPR 2015, section 3.3. With
    k = 2*scale the interior equals bilinear interpolation with align_corners=False.
    """
    channels, per_group, size, *more = weight.shape
    distance = np.abs(np.arange(size) - (size - 1) / 2) / scale
    line = np.maximum(1 - distance, 0)
    kernel = line
    for _ in more:
        kernel = np.multiply.outer(kernel, line)
    value = np.zeros(weight.shape, dtype="float32")
    for i in range(channels):
        value[i, i % per_group] = kernel
    Assign(value)(weight)


def repeat_for_shuffle(weight: Tensor, scale: int, base: Initializer) -> None:
    """ICNR: initialize a convolution before pixel_shuffle with equal cells.

    Args:
        weight: parameter [C*scale*scale, in_channels, k, k], or [C*scale**3,
            in_channels, k, k, k].
        scale: of the pixel shuffle.
        base: initializer of the [C, in_channels, k, k (, k)] kernel that is repeated.

    Source: Aitken et al., "Checkerboard artifact free sub-pixel convolution",
    arXiv 1707.02937, 2017.
    """
    cell = scale ** (weight.ndim - 2)
    shape = [weight.shape[0] // cell, *weight.shape[1:]]
    kernel = paddle.create_parameter(shape, weight.dtype, default_initializer=base)
    repeated = paddle.repeat_interleave(kernel.detach(), cell, axis=0)
    weight.set_value(repeated)
