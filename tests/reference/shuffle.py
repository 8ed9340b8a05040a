"""Pixel shuffle and unshuffle of maps and volumes, one value at a time."""

import numpy as np


def pixel_shuffle(x, scale):
    """x [N, C*cell, *sides] -> [N, C, *sides*scale], cell = scale**len(sides)."""
    sides = x.shape[2:]
    cell = (scale,) * len(sides)
    channels = x.shape[1] // scale ** len(sides)
    out = np.empty((x.shape[0], channels, *(side * scale for side in sides)))
    for c, *place in np.ndindex(*out.shape[1:]):
        inside = np.ravel_multi_index([i % scale for i in place], cell)
        source = c * scale ** len(sides) + inside
        out[(slice(None), c, *place)] = x[
            (slice(None), source, *(i // scale for i in place))
        ]
    return out


def pixel_unshuffle(x, scale):
    """x [N, C, *sides*scale] -> [N, C*cell, *sides]."""
    sides = x.shape[2:]
    cell = (scale,) * len(sides)
    channels = x.shape[1] * scale ** len(sides)
    out = np.empty((x.shape[0], channels, *(side // scale for side in sides)))
    for c, *place in np.ndindex(*x.shape[1:]):
        inside = np.ravel_multi_index([i % scale for i in place], cell)
        target = c * scale ** len(sides) + inside
        out[(slice(None), target, *(i // scale for i in place))] = x[
            (slice(None), c, *place)
        ]
    return out
