"""Cells of pixels to channels and back, channels last, one pixel at a time."""

import numpy as np


def merge_cells(x, scale):
    """x [N, H, W, C] -> [N, H/s, W/s, s*s*C], down the columns of each cell."""
    n, height, width, channels = x.shape
    out = np.empty((n, height // scale, width // scale, scale * scale * channels))
    for i, j in np.ndindex(height, width):
        block = (j % scale) * scale + i % scale
        start = block * channels
        out[:, i // scale, j // scale, start : start + channels] = x[:, i, j]
    return out


def expand_cells(x, scale):
    """x [N, H, W, s*s*C] -> [N, H*s, W*s, C], along the rows of each cell."""
    n, height, width, features = x.shape
    channels = features // scale**2
    out = np.empty((n, height * scale, width * scale, channels))
    for i, j in np.ndindex(height * scale, width * scale):
        block = (i % scale) * scale + j % scale
        start = block * channels
        out[:, i, j] = x[:, i // scale, j // scale, start : start + channels]
    return out
