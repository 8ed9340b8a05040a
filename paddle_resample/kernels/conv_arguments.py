"""The arguments of Paddle's 2-d convolutions as numbers that fit the shapes.

Both functions return None where they are not understood or do not fit: Paddle, which
knows more forms and says what is wrong, then runs itself.
"""

import math

__all__ = ["PRODUCTS_OF_PIXELS", "conv2d_how", "conv2d_transpose_how"]

# Fewer products, or fewer pixels to share a weight, take Paddle less time: measured.
# Multiplying pixels by one matrix takes Paddle's library no longer, and its call less.
_PRODUCTS = 1 << 20
PRODUCTS_OF_PIXELS = 1 << 23
_PIXELS = 16


def conv2d_how(x, weight, bias, stride, padding, dilation, groups):
    """Return the 9 integers of `conv2d.conv2d`, or None.

    Args:
        x, weight, bias: Tensor; bias may be None.
        stride, padding, dilation, groups: as `paddle.nn.functional.conv2d` takes them.
    """
    if not _fit(x, weight, groups) or weight.shape[1] * groups != x.shape[1]:
        return None
    if weight.shape[0] % groups or _other_bias(bias, weight.shape[0]):
        return None
    how = _sides(x, weight, stride, padding, dilation)
    if how is None:
        return None
    steps = [_steps(x.shape[2 + k], weight.shape[2 + k], how, k) for k in (0, 1)]
    if min(steps) < 0:
        return None
    pixels = x.shape[0] * (steps[0] + 1) * (steps[1] + 1)
    of_pixels = weight.shape[2:] == [1, 1] and how[:2] == [1, 1] and groups == 1
    if _few(pixels, weight, PRODUCTS_OF_PIXELS if of_pixels else _PRODUCTS):
        return None
    return [*how, groups]


def conv2d_transpose_how(
    x, weight, bias, stride, padding, output_padding, groups, dilation, output_size
):
    """Return the 11 integers of `conv2d.conv2d_transpose`, or None.

    Args:
        x, weight, bias: Tensor; bias may be None.
        stride, padding, output_padding, groups, dilation, output_size: as
            `paddle.nn.functional.conv2d_transpose` takes them.
    """
    if not _fit(x, weight, groups) or weight.shape[0] != x.shape[1]:
        return None
    if x.shape[1] % groups or _other_bias(bias, weight.shape[1] * groups):
        return None
    if _few(x.shape[0] * x.shape[2] * x.shape[3], weight, _PRODUCTS):
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
        reach = how[2 + axis] * (weight.shape[2 + axis] - 1) + 1
        side = (x.shape[2 + axis] - 1) * how[axis] + reach + more[axis]
        side -= how[4 + axis] + how[6 + axis]
        made.append(side if size is None else size[axis])
        # The convolution from what is made to x must give just the side of x.
        steps = _steps(made[axis], weight.shape[2 + axis], how, axis)
        if made[axis] < 1 or steps + 1 != x.shape[2 + axis]:
            return None
    return [*how, groups, *made]


def _fit(x, weight, groups):
    return x.ndim == 4 and weight.ndim == 4 and isinstance(groups, int) and groups > 0


def _few(pixels, weight, products):
    return pixels < _PIXELS or pixels * math.prod(weight.shape) < products


def _other_bias(bias, channels):
    return bias is not None and bias.shape != [channels]


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
        whole = [_same(x.shape[2 + k], weight.shape[2 + k], stride[k]) for k in (0, 1)]
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
    if not isinstance(padding, (list, tuple)) or len(padding) != 4:
        return None
    if isinstance(padding[0], (list, tuple)):
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
        value = [value, value]
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None
    if all(isinstance(side, int) and side >= least for side in value):
        return [*value]
    return None
