"""Polyphase components, one after another."""

import numpy as np

from tests.reference.convolution import conv


def split(x, scale):
    """[N, s*s, C, h, w] of a map whose sides are multiples of s; row offsets first."""
    offsets = [(i, j) for i in range(scale) for j in range(scale)]
    return np.stack([x[:, :, i::scale, j::scale] for i, j in offsets], 1)


def chosen(x, scale, criterion):
    """Index into `split` of the component of largest (or smallest) norm, per sample."""
    measures = {
        "l2": lambda part: -np.sqrt((part**2).sum()),
        "l1": lambda part: -np.abs(part).sum(),
        "l_infty": lambda part: -np.abs(part).max(),
        "l2_min": lambda part: np.sqrt((part**2).sum()),
        "l1_min": lambda part: np.abs(part).sum(),
    }
    found = []
    for sample in split(x, scale):
        best = None
        for j in range(scale):  # of equal ones the first, row offsets before columns
            for i in range(scale):
                value = measures[criterion](sample[i * scale + j])
                if best is None or value < best[0]:
                    best = value, i * scale + j
        found.append(best[1])
    return found


def spread(x, weights, scale):
    """x at every component times its weight, [N, C, h*s, w*s]."""
    n, c, h, w = x.shape
    y = np.zeros((n, c, h * scale, w * scale))
    for sample, i, j in np.ndindex(n, scale, scale):
        y[sample, :, i::scale, j::scale] = weights[sample, i * scale + j] * x[sample]
    return y


def same_conv(x, layer, border):
    """A 3x3 convolution that keeps the size."""
    mode = {"circular": "wrap", "zeros": "constant", "replicate": "edge"}[border]
    x = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)], mode)
    bias = np.zeros(len(layer.weight)) if layer.bias is None else layer.bias.numpy()
    return conv(x, layer.weight.numpy(), bias)
