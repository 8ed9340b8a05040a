"""Interpolation, one output pixel at a time."""

import itertools
import math
from fractions import Fraction

import numpy as np


def linear(x, size, align_corners=False, steps=None):
    """n-linear interpolation of x [N, C, *spatial]; steps replaces in / out."""
    sides = x.shape[2:]
    steps = steps or [n / m for n, m in zip(sides, size)]
    out = np.zeros((*x.shape[:2], *size))
    for index in np.ndindex(*size):
        for corner in itertools.product((0, 1), repeat=len(size)):
            weight, source = 1.0, []
            for axis, high in enumerate(corner):
                n, m = sides[axis], size[axis]
                place = centre(index[axis], n, m, steps[axis], align_corners)
                place = min(max(place, 0.0), n - 1.0)
                low = math.floor(place)
                weight *= place - low if high else 1 - (place - low)
                source.append(min(low + high, n - 1))
            out[(..., *index)] += weight * x[(..., *source)]
    return out


def bicubic(x, size, align_corners=False):
    """Keys' cubic convolution of x [N, C, H, W], a = -0.75."""
    height, width = x.shape[2:]
    out = np.zeros((*x.shape[:2], *size))
    for i, j in np.ndindex(*size):
        row = centre(i, height, size[0], height / size[0], align_corners)
        column = centre(j, width, size[1], width / size[1], align_corners)
        for r in range(math.floor(row) - 1, math.floor(row) + 3):
            for c in range(math.floor(column) - 1, math.floor(column) + 3):
                inside = x[..., np.clip(r, 0, height - 1), np.clip(c, 0, width - 1)]
                out[..., i, j] += keys(row - r) * keys(column - c) * inside
    return out


def keys(t, a=-0.75):
    t = abs(t)
    if t <= 1:
        return (a + 2) * t**3 - (a + 3) * t**2 + 1
    if t < 2:
        return a * (t**3 - 5 * t**2 + 8 * t - 4)
    return 0.0


def nearest(x, size):
    """Pixel floor(i * in / out) of x [N, C, *spatial]."""
    out = np.zeros((*x.shape[:2], *size))
    for index in np.ndindex(*size):
        source = [i * n // m for i, n, m in zip(index, x.shape[2:], size)]
        out[(..., *index)] = x[(..., *source)]
    return out


def nearest_exact(x, size, steps=None):
    """Pixel floor((i + 0.5) * step) of x [N, C, *spatial]; step = in / out."""
    out = np.zeros((*x.shape[:2], *size))
    for index in np.ndindex(*size):
        source = []
        for axis, i in enumerate(index):
            n, m = x.shape[2 + axis], size[axis]
            step = Fraction(n, m) if steps is None else steps[axis]
            source.append(min(math.floor((i + Fraction(1, 2)) * step), n - 1))
        out[(..., *index)] = x[(..., *source)]
    return out


def antialiased(x, size, kernel, radius, steps=None):
    """x [N, C, H, W] by a kernel widened where an axis shrinks, one pixel at a time."""
    steps = steps or [n / m for n, m in zip(x.shape[2:], size)]
    out = np.zeros((*x.shape[:2], *size))
    for index in np.ndindex(*size):
        lines = []
        for i, n, step in zip(index, x.shape[2:], steps):
            centre, stretch = (i + 0.5) * step, max(step, 1.0)
            first = max(math.floor(centre - radius * stretch + 0.5), 0)
            last = min(math.floor(centre + radius * stretch + 0.5), n)
            line = {j: kernel((j + 0.5 - centre) / stretch) for j in range(first, last)}
            lines.append({j: w / sum(line.values()) for j, w in line.items()})
        for r, c in itertools.product(*lines):
            out[(..., *index)] += lines[0][r] * lines[1][c] * x[..., r, c]
    return out


def triangle(t):
    return max(1.0 - abs(t), 0.0)


def area(x, size):
    """Mean of the pixels from floor(i * in / out) to ceil((i + 1) * in / out)."""
    out = np.zeros((*x.shape[:2], *size))
    for index in np.ndindex(*size):
        cell = tuple(
            slice(i * n // m, -(-(i + 1) * n // m))
            for i, n, m in zip(index, x.shape[2:], size)
        )
        axes = tuple(range(2, x.ndim))
        out[(..., *index)] = x[(slice(None), slice(None), *cell)].mean(axes)
    return out


def centre(i, n, m, step, align_corners):
    """Where output pixel i of m lies among n input pixels."""
    if align_corners:
        return i * (n - 1) / (m - 1) if m > 1 else 0.0
    return (i + 0.5) * step - 0.5
