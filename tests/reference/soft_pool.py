"""Pooling weighted by exponentials, one window at a time."""

import numpy as np


def importance_pool(x, logit, kernel_size, stride, padding):
    """x [N, C, H, W], logit [N, C or 1, H, W]; pixels outside weigh nothing."""
    height, width = x.shape[2:]
    k, steps, p = (
        v if isinstance(v, tuple) else (v, v) for v in (kernel_size, stride, padding)
    )
    size = [(x.shape[2 + i] + 2 * p[i] - k[i]) // steps[i] + 1 for i in (0, 1)]
    logit = np.broadcast_to(logit, x.shape)
    out = np.empty((*x.shape[:2], *size))
    for n, c, i, j in np.ndindex(*out.shape):
        above = below = 0.0
        for a, b in np.ndindex(*k):
            row, column = i * steps[0] - p[0] + a, j * steps[1] - p[1] + b
            if 0 <= row < height and 0 <= column < width:
                weight = np.exp(np.float64(logit[n, c, row, column]))
                above += weight * x[n, c, row, column]
                below += weight
        out[n, c, i, j] = above / below
    return out


def instance_norm(x, weight, bias, epsilon=1e-5):
    mean, variance = (f(x, axis=(2, 3), keepdims=True) for f in (np.mean, np.var))
    scale, shift = np.reshape(weight, (-1, 1, 1)), np.reshape(bias, (-1, 1, 1))
    return (x - mean) / np.sqrt(variance + epsilon) * scale + shift


def gate(x):
    return 12 / (1 + np.exp(-x))
