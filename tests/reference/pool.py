"""Max pooling and unpooling of maps and volumes, one window at a time."""

import itertools

import numpy as np


def max_pool(x, kernel_size, stride, padding=0, ceil_mode=False):
    """x [N, C, *sides] -> maxima and their flat positions; of ties the first wins."""
    sides, count = x.shape[2:], []
    for side in sides:
        steps = (side + 2 * padding - kernel_size) / stride
        count.append(int(np.ceil(steps) if ceil_mode else np.floor(steps)) + 1)
    pooled = np.full((*x.shape[:2], *count), -np.inf)
    indices = np.full((*x.shape[:2], *count), -1)
    for b, c, *place in np.ndindex(*pooled.shape):
        starts = [i * stride - padding for i in place]
        for window in itertools.product(range(kernel_size), repeat=len(sides)):
            source = tuple(start + k for start, k in zip(starts, window))
            inside = all(0 <= s < side for s, side in zip(source, sides))
            if inside and x[(b, c, *source)] > pooled[(b, c, *place)]:
                pooled[(b, c, *place)] = x[(b, c, *source)]
                indices[(b, c, *place)] = np.ravel_multi_index(source, sides)
    return pooled, indices


def max_unpool(x, indices, size):
    """x [N, C, *pooled] back to where the maxima were, zeros elsewhere."""
    out = np.zeros((*x.shape[:2], *size))
    for b, c, *place in np.ndindex(*x.shape):
        target = np.unravel_index(indices[(b, c, *place)], size)
        out[(b, c, *target)] = x[(b, c, *place)]
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
