"""IndexNet's pooling and upsampling, one cell at a time, linear blocks only."""

import numpy as np


def indices(x, kernels, padding, kind):
    """(encoder, decoder) index of x [N, C, H, W]; a [D, C, k, k] kernel a position.

    "holistic" has one output channel a kernel, the others C; "o2o" kernels are
    [C, 1, k, k].
    """
    n, c, height, width = x.shape
    k = kernels[0].shape[-1]
    padded = np.pad(x, [(0, 0), (0, 0), (padding,) * 2, (padding,) * 2])
    channels = 1 if kind == "holistic" else c
    encoder = np.zeros((n, channels, height, width))
    decoder = np.zeros((n, channels, height, width))
    for b, d, i, j in np.ndindex(n, channels, height // 2, width // 2):
        rows, columns = slice(2 * i, 2 * i + k), slice(2 * j, 2 * j + k)
        seen = padded[b, :, rows, columns]
        if kind == "o2o":
            seen = seen[d : d + 1]
        cell = [1 / (1 + np.exp(-(seen * kernel[d]).sum())) for kernel in kernels]
        total = sum(np.exp(value) for value in cell)
        for position, value in enumerate(cell):
            place = (b, d, 2 * i + position // 2, 2 * j + position % 2)
            decoder[place] = value
            encoder[place] = np.exp(value) / total
    return encoder, decoder


def kernels(block, kind):
    """The four kernels of a linear index block of ours."""
    if kind == "holistic":
        return [block.indexnet.weight.numpy()[k : k + 1] for k in range(4)]
    return [getattr(block, f"indexnet{k}")[0].weight.numpy() for k in range(1, 5)]


def pool(x, encoder):
    """Sum over every 2x2 cell of x * encoder."""
    n, c, height, width = x.shape
    out = np.zeros((n, c, height // 2, width // 2))
    for i, j in np.ndindex(height // 2 * 2, width // 2 * 2):
        out[:, :, i // 2, j // 2] += x[:, :, i, j] * encoder[:, :, i, j]
    return out


def unpool(x, decoder):
    """Pixel of x's cell times decoder."""
    n, c, height, width = x.shape
    out = np.zeros((n, c, 2 * height, 2 * width))
    for i, j in np.ndindex(2 * height, 2 * width):
        out[:, :, i, j] = x[:, :, i // 2, j // 2] * decoder[:, :, i, j]
    return out
