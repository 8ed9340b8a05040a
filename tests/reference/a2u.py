"""A2U's kernels, from the paper's formulas, one pixel at a time."""

import math

import numpy as np

from tests.reference import reassemble as loops


def kernels(guide, w, k, encoder_kernel, norm_groups, groups=1):
    """guide [N, G, 2*H, 2*W], w by the names of the state dict."""
    u = branch(guide, w, "bconv_U", "bnu", encoder_kernel, norm_groups)
    v = branch(guide, w, "bconv_V", "bnv", encoder_kernel, norm_groups)
    affinity = (u * v).sum(1) / math.sqrt(guide.shape[1])
    p = linear(guide.mean((2, 3)), w, "bconv_UP")
    n, _, height, width = guide.shape
    out = np.empty((n, groups * k * k, height, width))
    for q, i, j in np.ndindex(*out.shape[1:]):
        phase = (i % 2) * 2 + j % 2
        logit = affinity[:, i // 2, j // 2] * p[:, q * 4 + phase]
        out[:, q, i, j] = 1 / (1 + np.exp(-logit))
    if k == 1:
        return out
    windows = out.reshape(n, groups, k * k, height, width)
    return loops.softmax(windows, 2).reshape(out.shape)


def branch(guide, w, conv, norm, size, norm_groups):
    """LeakyReLU(GroupNorm(guide convolved with its own kernel at stride 2))."""
    n, channels, height, width = guide.shape
    kernel = linear(pooled(guide, size), w, conv)
    y = np.zeros((n, channels, height // 2, width // 2))
    for c, i, j in np.ndindex(*y.shape[1:]):
        own = kernel[:, c if kernel.shape[1] > 1 else 0]
        for row, column in np.ndindex(size, size):
            r = 2 * i + row - (size - 1) // 2
            q = 2 * j + column - (size - 1) // 2
            if 0 <= r < height and 0 <= q < width:
                y[:, c, i, j] += own[:, row, column] * guide[:, c, r, q]
    parts = y.reshape(n, norm_groups, -1)
    centred = parts - parts.mean(2, keepdims=True)
    deviation = np.sqrt((centred**2).mean(2, keepdims=True) + 1e-5)
    y = (centred / deviation).reshape(y.shape)
    y = y * w[f"{norm}.0.weight"][:, None, None] + w[f"{norm}.0.bias"][:, None, None]
    return np.where(y > 0, y, 0.01 * y)


def pooled(x, size):
    """Means over size x size cells that share their border pixels where they must."""
    out = np.empty((*x.shape[:2], size, size))
    for i, j in np.ndindex(size, size):
        rows = slice(*bounds(i, size, x.shape[2]))
        columns = slice(*bounds(j, size, x.shape[3]))
        out[..., i, j] = x[..., rows, columns].mean((2, 3))
    return out


def bounds(i, size, side):
    return i * side // size, -(-(i + 1) * side // size)


def linear(x, w, name):
    """A 1x1 convolution of x [N, C, ...]."""
    weight, bias = w[f"{name}.1.weight"][..., 0, 0], w[f"{name}.1.bias"]
    y = np.moveaxis(np.tensordot(x, weight, ([1], [1])), -1, 1)
    return y + bias.reshape(1, -1, *[1] * (x.ndim - 2))
