"""Convolution and transposed convolution, one kernel at a time."""

import numpy as np


def conv(x, weight, bias, stride=1, padding=0):
    """x [N, C, H, W], weight [D, C, k, k]: zero padding, cross-correlation."""
    k = weight.shape[-1]
    x = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    height, width = ((side - k) // stride + 1 for side in x.shape[2:])
    out = np.empty((x.shape[0], weight.shape[0], height, width))
    for d, i, j in np.ndindex(*out.shape[1:]):
        rows = slice(i * stride, i * stride + k)
        columns = slice(j * stride, j * stride + k)
        out[:, d, i, j] = (x[..., rows, columns] * weight[d]).sum((1, 2, 3)) + bias[d]
    return out


def conv_transpose(x, weight, bias, stride, padding, groups=1):
    """x [N, C, H, W], weight [C, D/groups, k, k] -> [N, D, H*stride, W*stride]."""
    n, channels, height, width = x.shape
    _, per_group, k, _ = weight.shape
    canvas = np.zeros(
        (n, per_group * groups, (height + k) * stride + k, (width + k) * stride + k)
    )
    for c, i, j in np.ndindex(channels, height, width):
        first = c // (channels // groups) * per_group
        for d in range(per_group):
            stamp = x[:, c, i, j, None, None] * weight[c, d]
            top, left = i * stride, j * stride
            canvas[:, first + d, top : top + k, left : left + k] += stamp
    rows = slice(padding, padding + height * stride)
    columns = slice(padding, padding + width * stride)
    return canvas[:, :, rows, columns] + np.reshape(bias, (1, -1, 1, 1))


def layer_norm(x, weight, bias, epsilon=1e-5):
    """Normalise the last axis of x."""
    centred = x - x.mean(-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon)
    return centred / deviation * weight + bias
