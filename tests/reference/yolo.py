"""Convolution, batch norm in evaluation and SiLU; small poolings, by loops."""

import numpy as np

from tests.reference import convolution


def conv_norm_act(block, x, stride):
    """A block with `conv` and `bn`, evaluated on x [N, C, H, W]."""
    weight = block.conv.weight.numpy()
    none = np.zeros(weight.shape[0])
    y = convolution.conv(x, weight, none, stride, weight.shape[-1] // 2)
    norm = [
        np.reshape(v.numpy(), (-1, 1, 1))
        for v in (block.bn.weight, block.bn.bias, block.bn._mean, block.bn._variance)
    ]
    y = (y - norm[2]) / np.sqrt(norm[3] + 1e-3) * norm[0] + norm[1]
    return y / (1 + np.exp(-y))


def mean_of_four(x):
    out = np.empty((*x.shape[:2], x.shape[2] - 1, x.shape[3] - 1))
    for i, j in np.ndindex(*out.shape[2:]):
        out[..., i, j] = x[..., i : i + 2, j : j + 2].mean((2, 3))
    return out


def maximum_of_nine(x):
    """3 x 3 at stride 2, one pixel of minus infinity around."""
    height, width = ((n - 1) // 2 + 1 for n in x.shape[2:])
    out = np.empty((*x.shape[:2], height, width))
    for i, j in np.ndindex(height, width):
        rows = slice(max(2 * i - 1, 0), 2 * i + 2)
        columns = slice(max(2 * j - 1, 0), 2 * j + 2)
        out[..., i, j] = x[..., rows, columns].max((2, 3))
    return out


def shake(rng, layer):
    """Other weights and statistics, and evaluation."""
    for name, value in layer.state_dict().items():
        new = rng.normal(size=value.shape)
        new = new**2 + 0.5 if name.endswith("_variance") else new
        value.set_value(new.astype("float32"))
    layer.eval()
    return layer
