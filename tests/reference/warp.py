"""Sampling at given places, one place at a time."""

import itertools
import math

import numpy as np


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
