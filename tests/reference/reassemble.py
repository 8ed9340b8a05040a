"""Reassembly, one output pixel and one tap at a time."""

import numpy as np


def reassemble(x, kernels, k, scale, groups=1, dilation=1, border="zero"):
    """x [N, C, H, W], kernels [N, groups*k*k, H*s, W*s] in (group, row, column)."""
    height, width = x.shape[2:]
    out = np.zeros((*x.shape[:2], height * scale, width * scale))
    for i, j in np.ndindex(*out.shape[2:]):
        place = (i // scale, j // scale)
        out[..., i, j] = window_sum(
            x, kernels[..., i, j], k, place, groups, dilation, border
        )
    return out


def reassemble_down(x, kernels, k, scale, groups=1, border="zero"):
    """x [N, C, H, W], kernels [N, groups*k*k, ceil(H/s), ceil(W/s)]."""
    out = np.zeros((*x.shape[:2], *kernels.shape[2:]))
    for i, j in np.ndindex(*out.shape[2:]):
        place = (i * scale, j * scale)
        out[..., i, j] = window_sum(x, kernels[..., i, j], k, place, groups, 1, border)
    return out


def window_sum(x, kernel, k, place, groups, dilation, border):
    """The sum for one output pixel: kernel [N, groups*k*k] around place of x."""
    n, channels, height, width = x.shape
    total = np.zeros((n, channels))
    inside = np.zeros((n, channels))
    for c in range(channels):
        group = c // (channels // groups)
        for row in range(k):
            for column in range(k):
                r = place[0] + (row - (k - 1) // 2) * dilation
                q = place[1] + (column - (k - 1) // 2) * dilation
                weight = kernel[:, group * k * k + row * k + column]
                if border == "replicate":
                    r, q = min(max(r, 0), height - 1), min(max(q, 0), width - 1)
                if 0 <= r < height and 0 <= q < width:
                    total[:, c] += weight * x[:, c, r, q]
                    inside[:, c] += weight
    return total / inside if border == "renormalise" else total


def similarity(query, key, k, scale, border="zero"):
    """query [N, D, H*s, W*s], key [N, D, H, W] -> scores [N, k*k, H*s, W*s]."""
    n, _, height, width = key.shape
    out = np.zeros((n, k * k, *query.shape[2:]))
    for q, i, j in np.ndindex(*out.shape[1:]):
        r = i // scale + q // k - k // 2
        c = j // scale + q % k - k // 2
        if border == "replicate":
            r, c = min(max(r, 0), height - 1), min(max(c, 0), width - 1)
        if 0 <= r < height and 0 <= c < width:
            out[:, q, i, j] = (query[..., i, j] * key[..., r, c]).sum(1)
    return out


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def depthwise(x, weight, bias):
    """x [N, C, H, W], weight [C, 1, k, k] with k odd, zero padding."""
    k = weight.shape[-1]
    x = np.pad(x, [(0, 0), (0, 0), (k // 2, k // 2), (k // 2, k // 2)])
    out = np.zeros((*x.shape[:2], x.shape[2] - k + 1, x.shape[3] - k + 1))
    for c, i, j in np.ndindex(*out.shape[1:]):
        patch = x[:, c, i : i + k, j : j + k]
        out[:, c, i, j] = (patch * weight[c, 0]).sum((1, 2)) + bias[c]
    return out
