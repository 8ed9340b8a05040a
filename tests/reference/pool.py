"""Max pooling and unpooling, one window at a time."""

import numpy as np


def max_pool(x, kernel_size, stride, padding=0, ceil_mode=False):
    """x [N, C, H, W] -> maxima and their flat positions; of ties the first wins."""
    n, channels, height, width = x.shape
    count = []
    for side in (height, width):
        steps = (side + 2 * padding - kernel_size) / stride
        count.append(int(np.ceil(steps) if ceil_mode else np.floor(steps)) + 1)
    pooled = np.full((n, channels, *count), -np.inf)
    indices = np.full((n, channels, *count), -1)
    for b, c, i, j in np.ndindex(*pooled.shape):
        for r in range(i * stride - padding, i * stride - padding + kernel_size):
            for s in range(j * stride - padding, j * stride - padding + kernel_size):
                inside = 0 <= r < height and 0 <= s < width
                if inside and x[b, c, r, s] > pooled[b, c, i, j]:
                    pooled[b, c, i, j] = x[b, c, r, s]
                    indices[b, c, i, j] = r * width + s
    return pooled, indices


def max_unpool(x, indices, size):
    """x [N, C, h, w] back to where the maxima were, zeros elsewhere."""
    out = np.zeros((*x.shape[:2], *size))
    for b, c, i, j in np.ndindex(*x.shape):
        row, column = divmod(indices[b, c, i, j], size[1])
        out[b, c, row, column] = x[b, c, i, j]
    return out


def avg_pool(x, scale):
    """Mean of each scale x scale cell of x [N, C, H, W]; incomplete cells dropped."""
    n, channels, height, width = x.shape
    out = np.empty((n, channels, height // scale, width // scale))
    for i, j in np.ndindex(*out.shape[2:]):
        rows = slice(i * scale, (i + 1) * scale)
        columns = slice(j * scale, (j + 1) * scale)
        out[..., i, j] = x[..., rows, columns].mean((2, 3))
    return out
