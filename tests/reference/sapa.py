"""The SAPA family, from the papers' formulas."""

import numpy as np

from tests.reference import convolution, interpolate, warp
from tests.reference import reassemble as loops


def over_channels(x, weight, bias):
    """A linear layer on every pixel of x [N, C, H, W]; weight [C, D]."""
    return np.einsum("nchw,cd->ndhw", x, weight) + bias[:, None, None]


def layer_norm(x, weight, bias):
    """Over the channels of every pixel of x [N, C, H, W]."""
    moved = convolution.layer_norm(np.moveaxis(x, 1, -1), weight, bias)
    return np.moveaxis(moved, -1, 1)


def window(query, key, x, k, scale, border):
    """Reassembly by similarity; "renormalise" is a softmax over the keys inside."""
    kernels = loops.softmax(loops.similarity(query, key, k, scale, border), 1)
    return loops.reassemble(x, kernels, k, scale, border=border)


def sapa_i(x, guide, w, k, scale, border="zero"):
    query = layer_norm(guide, w["norm_y.weight"], w["norm_y.bias"])
    key = layer_norm(x, w["norm_x.weight"], w["norm_x.bias"])
    return window(query, key, x, k, scale, border)


def sapa_b(x, guide, w, k, scale, border="zero"):
    query = layer_norm(guide, w["norm_y.weight"], w["norm_y.bias"])
    key = layer_norm(x, w["norm_x.weight"], w["norm_x.bias"])
    query = over_channels(query, w["q.weight"], w["q.bias"])
    key = over_channels(key, w["k.weight"], w["k.bias"])
    return window(query, key, x, k, scale, border)


def sapa_g(x, guide, w, k, scale, border="zero"):
    fine = layer_norm(guide, w["norm_y.weight"], w["norm_y.bias"])
    values = layer_norm(x, w["norm_x.weight"], w["norm_x.bias"])
    size = guide.shape[2:]
    gate = over_channels(values, w["gate.weight"], w["gate.bias"])
    gate = interpolate.nearest(1 / (1 + np.exp(-gate)), size)
    enlarged = interpolate.nearest(x, size)
    query = gate * over_channels(fine, w["qy.weight"], w["qy.bias"])
    query += (1 - gate) * over_channels(enlarged, w["qx.weight"], w["qx.bias"])
    key = over_channels(values, w["k.weight"], w["k.bias"])
    return window(query, key, x, k, scale, border)


def sapa_d(x, guide, w, points, groups, scale):
    """Dynamic points that every output pixel has for itself."""
    query = convolution.conv(guide, w["q.weight"], w["q.bias"])
    key = convolution.conv(x, w["k.weight"], w["k.bias"])
    offset = convolution.conv(x, w["offset.weight"], w["offset.bias"])
    n, _, height, width = x.shape
    out = np.zeros((n, x.shape[1], height * scale, width * scale))
    for b, g, i, j in np.ndindex(n, groups, *out.shape[2:]):
        phase = (i % scale) * scale + j % scale
        row, column = i // scale, j // scale
        scores, values = [], []
        for p in range(points):
            first = ((g * points + p) * 2) * scale**2 + phase
            place = (
                row + offset[b, first + scale**2, row, column],
                column + offset[b, first, row, column],
            )
            d, c = key.shape[1] // groups, x.shape[1] // groups
            at = bilinear(key[b, g * d : (g + 1) * d], place)
            scores.append((at * query[b, g * d : (g + 1) * d, i, j]).sum())
            values.append(bilinear(x[b, g * c : (g + 1) * c], place))
        weights = loops.softmax(np.array(scores), 0)
        out[b, g * c : (g + 1) * c, i, j] = weights @ np.array(values)
    return out


def bilinear(plane, place):
    """plane [C, H, W] at a (row, column), zero outside."""
    height, width = plane.shape[1:]
    grid = [2 * place[1] / (width - 1) - 1, 2 * place[0] / (height - 1) - 1]
    grid = np.array(grid).reshape(1, 1, 1, 2)
    return warp.grid_sample(plane[None], grid, align_corners=True)[0, :, 0, 0]
