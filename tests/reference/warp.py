"""Sampling at given places, one place at a time."""

import itertools
import math

import numpy as np

from tests.reference.interpolate import keys


def grid_sample(x, grid, mode="bilinear", padding="zeros", align_corners=False):
    """x [N, C, *spatial], grid [N, *out, axes], last axis first, in [-1, 1]."""
    sides = x.shape[2:]
    out = np.zeros((*x.shape[:2], *grid.shape[1:-1]))
    for n, *index in np.ndindex(*grid.shape[:-1]):
        places = [
            place(g, side, padding, align_corners)
            for g, side in zip(grid[(n, *index)][::-1], sides)
        ]
        if mode == "nearest":
            value = pixel(x[n], [round(p) for p in places])
        else:
            value = 0.0
            for corner in itertools.product((0, 1), repeat=len(sides)):
                weight, source = 1.0, []
                for p, high in zip(places, corner):
                    low = math.floor(p)
                    weight *= p - low if high else 1 - (p - low)
                    source.append(low + high)
                value = value + weight * pixel(x[n], source)
        out[(n, slice(None), *index)] = value
    return out


def place(g, side, padding, align_corners):
    """The coordinate g of [-1, 1] in pixels, brought back inside by the padding."""
    p = (g + 1) / 2 * (side - 1) if align_corners else ((g + 1) * side - 1) / 2
    if padding == "reflection":
        low, high = (0, side - 1) if align_corners else (-0.5, side - 0.5)
        while not low <= p <= high:
            p = 2 * low - p if p < low else 2 * high - p
    return p if padding == "zeros" else min(max(p, 0), side - 1)


def pixel(plane, source):
    """plane [C, *spatial] at whole coordinates, zero outside."""
    if all(0 <= s < side for s, side in zip(source, plane.shape[1:])):
        return plane[(slice(None), *source)]
    return np.zeros(plane.shape[0])


def flow_warp(x, flow, align_corners=True, padding="zeros"):
    """x [N, C, h, w] looked up where flow [N, 2, H, W] of (columns, rows) points."""
    n, _, height, width = flow.shape
    grid = np.empty((n, height, width, 2))
    for i, j in np.ndindex(height, width):
        for axis, (k, count) in enumerate(((j, width), (i, height))):
            if align_corners:
                base = -1 + 2 * k / max(count - 1, 1)
            else:
                base = -1 + (2 * k + 1) / count
            grid[:, i, j, axis] = base + flow[:, axis, i, j] / count
    return grid_sample(x, grid, "bilinear", padding, align_corners)


def bicubic(x, grid, padding="zeros", align_corners=False):
    """x [N, C, H, W] at grid [N, h, w, 2] by Keys' kernel, a = -0.75."""
    n, c, height, width = x.shape
    out = np.zeros((n, c, *grid.shape[1:3]))
    for b, i, j in np.ndindex(*grid.shape[:3]):
        column = place(grid[b, i, j, 0], width, "zeros", align_corners)
        row = place(grid[b, i, j, 1], height, "zeros", align_corners)
        for v in range(math.floor(row) - 1, math.floor(row) + 3):
            for u in range(math.floor(column) - 1, math.floor(column) + 3):
                source = [
                    inside(v, height, padding, align_corners),
                    inside(u, width, padding, align_corners),
                ]
                weight = keys(row - v) * keys(column - u)
                out[b, :, i, j] += weight * pixel(x[b], source)
    return out


def inside(k, side, padding, align_corners):
    """The pixel that stands for pixel k, perhaps outside where that is zero."""
    if padding == "zeros":
        return k
    if padding == "border" or side == 1:
        return min(max(k, 0), side - 1)
    while not 0 <= k < side:
        if align_corners:  # the border pixel is the mirror
            k = -k if k < 0 else 2 * (side - 1) - k
        else:  # its edge is
            k = -1 - k if k < 0 else 2 * side - 1 - k
    return k
