"""Fixed filters with a stride, one output pixel at a time."""

import numpy as np

from tests.reference.resize_right import outside


def strided_filter(x, line, stride, above, below, border="reflect"):
    """x [N, C, H, W] by the outer product of line with itself."""
    height, width = x.shape[2:]
    k = len(line)
    size = [(n + above + below - k) // stride + 1 for n in (height, width)]
    out = np.zeros((*x.shape[:2], *size))
    for i, j in np.ndindex(*size):
        for a, b in np.ndindex(k, k):
            row = outside(i * stride - above + a, height, border)
            column = outside(j * stride - above + b, width, border)
            if row is not None and column is not None:
                out[..., i, j] += line[a] * line[b] * x[..., row, column]
    return out


def pascal(size):
    row = [1]
    while len(row) < size:
        row = [a + b for a, b in zip([0, *row], [*row, 0])]
    return [v / sum(row) for v in row]
