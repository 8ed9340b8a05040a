"""Initial weights that Paddle does not offer by name."""

import math

import numpy as np
import paddle
from paddle.nn.initializer import Assign, Uniform

__all__ = ["bilinear_kernel", "repeat_for_shuffle", "torch_uniform"]


def torch_uniform(fan_in):
    """PyTorch's default for convolutions, weight and bias: U(-b, b), b = fan_in**-0.5.

    Operators published in PyTorch without an initialisation of their own start so;
    Paddle's default is wider.

    Args:
        fan_in: inputs that one output sums over; for a transposed convolution PyTorch
            counts out_channels / groups * kernel area.

    Returns:
        paddle.nn.initializer.Initializer.
    """
    bound = 1.0 / math.sqrt(fan_in)
    return Uniform(-bound, bound)


def bilinear_kernel(weight, scale):
    """Fill a transposed convolution so that it starts as bilinear interpolation.

    Args:
        weight: parameter [in_channels, out_channels / groups, k, k]; channel i of the
            input goes to channel i of the output, with groups to the one of its group.
        scale: stride of the convolution.

    Source: Long et al., "Fully convolutional networks", CVPR 2015, section 3.3. With
    k = 2*scale the interior equals bilinear interpolation with align_corners=False.
    """
    channels, per_group, size, _ = weight.shape
    distance = np.abs(np.arange(size) - (size - 1) / 2) / scale
    line = np.maximum(1 - distance, 0)
    value = np.zeros(weight.shape, dtype="float32")
    for i in range(channels):
        value[i, i % per_group] = np.outer(line, line)
    Assign(value)(weight)


def repeat_for_shuffle(weight, scale, base):
    """ICNR: fill a convolution before pixel_shuffle so that every cell starts equal.

    Args:
        weight: parameter [C*scale*scale, in_channels, k, k].
        scale: of the pixel shuffle.
        base: initializer of the [C, in_channels, k, k] kernel that is repeated.

    Source: Aitken et al., "Checkerboard artifact free sub-pixel convolution",
    arXiv 1707.02937, 2017.
    """
    shape = [weight.shape[0] // (scale * scale), *weight.shape[1:]]
    kernel = paddle.create_parameter(shape, weight.dtype, default_initializer=base)
    repeated = paddle.repeat_interleave(kernel.detach(), scale * scale, axis=0)
    weight.set_value(repeated)
