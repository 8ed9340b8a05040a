"""Convolution and transposed convolution of maps and volumes, one kernel at a time."""

import numpy as np


def conv(x, weight, bias, stride=1, padding=0):
    """x [N, C, *sides], weight [D, C, k, k(, k)]: zero padding, cross-correlation."""
    k, axes = weight.shape[-1], x.ndim - 2
    x = np.pad(x, [(0, 0), (0, 0), *[(padding, padding)] * axes])
    count = [(side - k) // stride + 1 for side in x.shape[2:]]
    out = np.empty((x.shape[0], weight.shape[0], *count))
    for d, *place in np.ndindex(*out.shape[1:]):
        window = x[(..., *(slice(i * stride, i * stride + k) for i in place))]
        value = (window * weight[d]).reshape(len(x), -1).sum(1) + bias[d]
        out[(slice(None), d, *place)] = value
    return out


def conv_transpose(x, weight, bias, stride, padding, groups=1):
    """x [N, C, *sides], weight [C, D/groups, k, k(, k)] -> [N, D, *sides*stride]."""
    n, channels, *sides = x.shape
    per_group, k = weight.shape[1], weight.shape[-1]
    canvas = np.zeros((n, per_group * groups, *((s + k) * stride + k for s in sides)))
    for c, *place in np.ndindex(channels, *sides):
        first = c // (channels // groups) * per_group
        window = tuple(slice(i * stride, i * stride + k) for i in place)
        for d in range(per_group):
            value = x[(slice(None), c, *place)]
            stamp = np.multiply.outer(value, weight[c, d])
            canvas[(slice(None), first + d, *window)] += stamp
    inside = tuple(slice(padding, padding + s * stride) for s in sides)
    return canvas[(..., *inside)] + np.reshape(bias, (1, -1, *[1] * len(sides)))


def layer_norm(x, weight, bias, epsilon=1e-5):
    """Normalise the last axis of x."""
    centred = x - x.mean(-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon)
    return centred / deviation * weight + bias
