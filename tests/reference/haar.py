"""The Haar transform by its four kernels, one cell at a time."""

import numpy as np

KERNELS = np.array([
    [[1, 1], [1, 1]],
    [[1, 1], [-1, -1]],
    [[1, -1], [1, -1]],
    [[1, -1], [-1, 1]],
]) / 2  # fmt: skip


def haar(x, mode="edge"):
    """x [N, C, H, W] -> [N, 4, C, h, w]; odd sides are padded by NumPy's mode."""
    below, right = (n % 2 for n in x.shape[2:])
    x = np.pad(x, [(0, 0), (0, 0), (0, below), (0, right)], mode)
    h, w = (n // 2 for n in x.shape[2:])
    out = np.empty((x.shape[0], 4, x.shape[1], h, w))
    for band, i, j in np.ndindex(4, h, w):
        cell = x[..., 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        out[:, band, :, i, j] = (cell * KERNELS[band]).sum((2, 3))
    return out


def inverse(bands):
    """[N, 4, C, h, w] -> [N, C, 2*h, 2*w]: each coefficient stamps its kernel."""
    n, _, c, h, w = bands.shape
    out = np.zeros((n, c, 2 * h, 2 * w))
    for band, i, j in np.ndindex(4, h, w):
        stamp = bands[:, band, :, i, j, None, None] * KERNELS[band]
        out[..., 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] += stamp
    return out
