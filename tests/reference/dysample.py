"""DySample, one fine pixel at a time."""

import math

import numpy as np

from tests.reference import convolution, shuffle


def dysample(x, weight, bias, scope, scale, style, groups):
    """x [N, C, H, W]; weight, bias, scope (or None) of the 1x1 convolutions."""
    n, c, height, width = x.shape
    features = shuffle.pixel_shuffle(x, scale) if style == "pl" else x
    offset = convolution.conv(features, weight, bias)
    reach = np.full_like(offset, 0.25)
    if scope is not None:
        raw = convolution.conv(features, scope, np.zeros(len(scope)))
        reach = 0.5 / (1 + np.exp(-raw))
    offset = offset * reach
    if style == "lp":
        offset = shuffle.pixel_shuffle(offset, scale)
    y = np.empty((n, c, height * scale, width * scale))
    for b, k, i, j in np.ndindex(*y.shape):
        group = k // (c // groups)
        # A cell's pixels stand ((0 .. s-1) - (s-1)/2) / s around their coarse pixel.
        column = j // scale + ((j % scale) - (scale - 1) / 2) / scale
        row = i // scale + ((i % scale) - (scale - 1) / 2) / scale
        column += offset[b, group, i, j]
        row += offset[b, groups + group, i, j]
        y[b, k, i, j] = bilinear(x[b, k], row, column)
    return y


def bilinear(plane, row, column):
    """One sample; places outside move to the border."""
    height, width = plane.shape
    row, column = min(max(row, 0), height - 1), min(max(column, 0), width - 1)
    top, left = math.floor(row), math.floor(column)
    down, right = min(top + 1, height - 1), min(left + 1, width - 1)
    v, u = row - top, column - left
    upper = (1 - u) * plane[top, left] + u * plane[top, right]
    lower = (1 - u) * plane[down, left] + u * plane[down, right]
    return (1 - v) * upper + v * lower
