"""Pixel shuffle and unshuffle, one value at a time."""

import numpy as np


def pixel_shuffle(x, scale):
    """x [N, C*s*s, H, W] -> [N, C, H*s, W*s]."""
    n, channels, height, width = x.shape
    out = np.empty((n, channels // scale**2, height * scale, width * scale))
    for c, i, j in np.ndindex(*out.shape[1:]):
        source = c * scale**2 + (i % scale) * scale + j % scale
        out[:, c, i, j] = x[:, source, i // scale, j // scale]
    return out


def pixel_unshuffle(x, scale):
    """x [N, C, H*s, W*s] -> [N, C*s*s, H, W]."""
    n, channels, height, width = x.shape
    out = np.empty((n, channels * scale**2, height // scale, width // scale))
    for c, i, j in np.ndindex(channels, height, width):
        target = c * scale**2 + (i % scale) * scale + j % scale
        out[:, target, i // scale, j // scale] = x[:, c, i, j]
    return out
