"""Initial weights that Paddle does not offer by name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import paddle
from paddle import Tensor
from paddle.nn.initializer import Assign, Initializer, Uniform

__all__ = [
    "bilinear_kernel",
    "cell_kernel",
    "cell_weights",
    "channelwise",
    "set_weight",
    "set_window_start",
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


def cell_weights(scale: int, mode: str, reach: int = 1) -> np.ndarray:
    """Weights by which the pixels of a cell read the coarse pixels around it.

    Args:
        scale: s, pixels of a cell along a side.
        mode: "bilinear" (corners not aligned) or "nearest".
        reach: coarse pixels to every side that are listed.

    Returns:
        float64 [s, s, 2*reach + 1, 2*reach + 1]: row and column in the cell, row and
        column of the window.

    >>> cell_weights(2, "bilinear")[0, 0].tolist()[1]
    [0.1875, 0.5625, 0.0]
    """
    line = np.zeros([scale, 2 * reach + 1])
    for pixel in range(scale):
        off = (pixel + 0.5) / scale - 0.5 if mode == "bilinear" else 0.0
        line[pixel, reach] = 1 - abs(off)
        line[pixel, reach + (1 if off > 0 else -1)] += abs(off)
    return np.einsum("im,jn->ijmn", line, line)


def cell_kernel(scale: int, mode: str, kernel_size: int | None = None) -> np.ndarray:
    """Weights by which a coarse pixel reads the fine ones of its cell.

    Args:
        scale: s, pixels of a cell along a side.
        mode: "first" or "mean".
        kernel_size: k of a window whose middle is the first pixel of the cell, odd;
            None takes the cell itself.

    Returns:
        float64 [k, k], or [s, s]; the sum is 1, unless the window cuts the cell off.

    >>> cell_kernel(2, "mean", 3).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.25, 0.25], [0.0, 0.25, 0.25]]
    """
    read = np.zeros([scale, scale])
    read[0, 0] = 1.0
    if mode == "mean":
        read[:] = scale**-2.0
    if kernel_size is None:
        return read
    window = np.zeros([kernel_size, kernel_size])
    first, reach = kernel_size // 2, min(scale, kernel_size - kernel_size // 2)
    window[first : first + reach, first : first + reach] = read[:reach, :reach]
    return window


def channelwise(kernels: np.ndarray, channels: int) -> np.ndarray:
    """Weights of a convolution that treats every channel alike.

    Args:
        kernels: [n, k, k], one for each of the n results of a channel.
        channels: C of the input.

    Returns:
        [C*n, C, k, k]: result c*n + i reads channel c by kernel i.
    """
    weight = np.einsum("oi,nyx->oniyx", np.eye(channels), kernels)
    return weight.reshape([-1, channels, *kernels.shape[1:]])


def set_weight(parameter: Tensor | None, value: np.ndarray | float) -> None:
    """Set a parameter, if there is one, to an array of its shape or to one number."""
    if parameter is not None:
        whole = np.broadcast_to(value, parameter.shape)
        parameter.set_value(whole.astype(str(parameter.dtype).rpartition(".")[2]))


def set_window_start(
    encoder: Any,
    kernel_size: int,
    scale: int,
    mode: str,
    groups: int = 1,
    factor: float = 1.0,
) -> None:
    """Set the convolution that predicts reassembly weights so that they interpolate.

    Its weights become 0, its bias the logarithm of the interpolation's weights. Where
    those are 0, the softmax keeps a thousandth in all, so that they can be learned.

    Args:
        encoder: to groups * kernel_size**2 * scale**2 channels: (group, window, row
            and column in the cell).
        kernel_size: of the window.
        scale, mode: see `cell_weights`.
        groups: of channels.
        factor: by which the logits are divided behind the convolution.
    """
    cells = cell_weights(scale, mode, kernel_size // 2).reshape([scale**2, -1])
    least = 1e-3 / max(kernel_size**2, 1)
    logits = factor * np.log(np.maximum(cells, least))  # [pixel, window]
    set_weight(encoder.weight, 0.0)
    set_weight(encoder.bias, np.tile(logits.T.reshape(-1), groups))
