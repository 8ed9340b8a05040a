"""The arguments of Paddle's 2-d convolutions as numbers that fit the shapes.

Both functions return None where they are not understood or do not fit: Paddle, which
knows more forms and says what is wrong, then runs itself. Networks give the same shapes
again and again, so what was found for them is kept.
"""

import ctypes
import functools
import math
from typing import NamedTuple

__all__ = ["ConvHow", "conv2d_how", "conv2d_transpose_how"]

# Fewer products, or fewer pixels to share a weight, take Paddle less time: measured.
_PRODUCTS, _PIXELS = 1 << 20, 16
# Multiplying pixels by one matrix takes Paddle's library no longer, and its call less,
# but for many pixels.
_PRODUCTS_OF_PIXELS = 1 << 23
_PRODUCTS_OF_MANY, _MANY = 1 << 21, 1 << 12
# Depthwise ones of this many planes never are: Paddle takes one plane after the other.
_PLANES = 64
_KEPT = 4096  # shapes
_NOT_KNOWN = object()


class ConvHow(NamedTuple):
    """A convolution of given shapes.

    Attributes:
        numbers: stride (2), dilation (2), padding at the top, left, bottom and right,
            groups; of a transposed one also the output's height and width.
        made: shape of the output.
        pixels: that share a weight.
        products: multiplications in all.
        of_pixels: whether the kernel is one pixel, without stride and groups.
        planes: that are convolved each by itself, of all samples; 0 if not depthwise.
        array: shape of x, of the weight, and the numbers, in C's memory.
    """

    numbers: list
    made: list
    pixels: int
    products: int
    of_pixels: bool
    planes: int
    array: ctypes.Array


def conv2d_how(x, weight, bias, stride, padding, dilation, groups):
    """Return the ConvHow of `conv2d.conv2d`, or None.

    Args:
        x, weight, bias: Tensor; bias may be None.
        stride, padding, dilation, groups: as `paddle.nn.functional.conv2d` takes them.
    """
    options = stride, padding, dilation, groups
    how = _conv2d(*_shapes(x, weight, bias), *map(_frozen, options))
    if how is None:
        return None
    if not how.of_pixels:
        return _worth(how, _PRODUCTS)
    many = how.pixels >= _MANY
    return _worth(how, _PRODUCTS_OF_MANY if many else _PRODUCTS_OF_PIXELS)


def conv2d_transpose_how(
    x, weight, bias, stride, padding, output_padding, groups, dilation, output_size
):
    """Return the ConvHow of `conv2d.conv2d_transpose`, or None.

    Args:
        x, weight, bias: Tensor; bias may be None.
        stride, padding, output_padding, groups, dilation, output_size: as
            `paddle.nn.functional.conv2d_transpose` takes them.
    """
    options = stride, padding, output_padding, groups, dilation, output_size
    how = _conv2d_transpose(*_shapes(x, weight, bias), *map(_frozen, options))
    return None if how is None else _worth(how, _PRODUCTS)


@functools.lru_cache(_KEPT)
def _conv2d(x, weight, bias, stride, padding, dilation, groups):
    """The ConvHow of shapes and options, or None."""
    if not _fit(x, weight, groups) or weight[1] * groups != x[1]:
        return None
    if weight[0] % groups or _other_bias(bias, weight[0]):
        return None
    how = _sides(x, weight, stride, padding, dilation)
    if how is None:
        return None
    steps = [_steps(x[2 + k], weight[2 + k], how, k) for k in (0, 1)]
    if min(steps) < 0:
        return None
    made = [x[0], weight[0], steps[0] + 1, steps[1] + 1]
    of_pixels = weight[2:] == (1, 1) and how[:2] == [1, 1] and groups == 1
    return _conv_how(x, weight, groups, [*how, groups], made, made, of_pixels)


@functools.lru_cache(_KEPT)
def _conv2d_transpose(
    x, weight, bias, stride, padding, output_padding, groups, dilation, output_size
):
    """The same of a transposed one."""
    if not _fit(x, weight, groups) or weight[0] != x[1]:
        return None
    if x[1] % groups or _other_bias(bias, weight[1] * groups):
        return None
    how = _sides(x, weight, stride, padding, dilation)
    more = _pair(output_padding, 0)
    if how is None or more is None or (output_size is not None and any(more)):
        return None
    size = None if output_size is None else _pair(output_size, 1)
    if output_size is not None and size is None:
        return None
    made = []
    for axis in (0, 1):
        reach = how[2 + axis] * (weight[2 + axis] - 1) + 1
        side = (x[2 + axis] - 1) * how[axis] + reach + more[axis]
        side -= how[4 + axis] + how[6 + axis]
        made.append(side if size is None else size[axis])
        # The convolution from what is made to x must give just the side of x.
        steps = _steps(made[axis], weight[2 + axis], how, axis)
        if made[axis] < 1 or steps + 1 != x[2 + axis]:
            return None
    shape = [x[0], weight[1] * groups, *made]
    return _conv_how(x, weight, groups, [*how, groups, *made], shape, x, False)


def _conv_how(x, weight, groups, numbers, made, shared, of_pixels):
    pixels = shared[0] * shared[2] * shared[3]
    depthwise = weight[1] == 1 and groups == x[1] > 1
    everything = *x, *weight, *numbers
    array = (ctypes.c_int64 * len(everything))(*everything)
    products = pixels * math.prod(weight)
    planes = x[0] * groups if depthwise else 0
    return ConvHow(numbers, made, pixels, products, of_pixels, planes, array)


def _worth(how, products):
    enough = how.pixels >= _PIXELS and how.products >= products
    return how if enough or how.planes >= _PLANES else None


def _shapes(x, weight, bias):
    of_bias = None if bias is None else tuple(bias.shape)
    return tuple(x.shape), tuple(weight.shape), of_bias


def _frozen(option):
    """An option as something that can be a key; what no convolution takes as one."""
    if option is None or isinstance(option, (int, str)):
        return option
    if isinstance(option, (list, tuple)):
        return tuple(map(_frozen, option))
    return _NOT_KNOWN


def _fit(x, weight, groups):
    four = len(x) == 4 and len(weight) == 4
    return four and isinstance(groups, int) and groups > 0


def _other_bias(bias, channels):
    return bias is not None and bias != (channels,)


def _sides(x, weight, stride, padding, dilation):
    """Stride, dilation, padding before and after, each of height and width."""
    stride, dilation = _pair(stride, 1), _pair(dilation, 1)
    if stride is None or dilation is None:
        return None
    if isinstance(padding, str):
        if padding.upper() == "VALID":
            return [*stride, *dilation, 0, 0, 0, 0]
        if padding.upper() != "SAME":
            return None
        # Paddle makes this padding for a kernel that is not dilated, and runs that.
        whole = [_same(x[2 + k], weight[2 + k], stride[k]) for k in (0, 1)]
        before = [pixels // 2 for pixels in whole]
        return [*stride, 1, 1, *before, *(w - b for w, b in zip(whole, before))]
    padding = _padding(padding)
    return padding and [*stride, *dilation, *padding]


def _same(side, kernel, stride):
    return max((-(-side // stride) - 1) * stride + kernel - side, 0)


def _steps(side, kernel, how, axis):
    """How often the kernel can step over a padded side; negative if it is too wide."""
    padded = side + how[4 + axis] + how[6 + axis]
    return (padded - how[2 + axis] * (kernel - 1) - 1) // how[axis]


def _padding(padding):
    """[top, left, bottom, right] of any of Paddle's numeric forms."""
    pair = _pair(padding, 0)
    if pair is not None:
        return [*pair, *pair]
    if not isinstance(padding, tuple) or len(padding) != 4:
        return None
    if isinstance(padding[0], tuple):
        padding = [_pair(sides, 0) for sides in padding]
        if None in padding or padding[:2] != [[0, 0], [0, 0]]:
            return None
        (top, bottom), (left, right) = padding[2:]
    else:
        if not all(isinstance(side, int) and side >= 0 for side in padding):
            return None
        top, bottom, left, right = padding
    return [top, left, bottom, right]


def _pair(value, least):
    """Two integers that are not below `least`, or None."""
    if isinstance(value, int):
        value = (value, value)
    if not isinstance(value, tuple) or len(value) != 2:
        return None
    if all(isinstance(side, int) and side >= least for side in value):
        return [*value]
    return None
