"""Joint bilateral upsampling and per-pixel filtering, one pixel at a time."""

import math

import numpy as np

from tests.reference import interpolate


def joint_bilateral(x, guide, radius, sigma_space, sigma_range):
    """Kopf et al. 2007; x [N, C, H, W], guide [N, G, H', W']."""
    n, c, height, width = x.shape
    fine = guide.shape[2:]
    small = interpolate.area(guide, (height, width))
    out = np.zeros((n, c, *fine))
    for b, i, j in np.ndindex(n, *fine):
        row = interpolate.centre(i, height, fine[0], height / fine[0], False)
        column = interpolate.centre(j, width, fine[1], width / fine[1], False)
        # The coarse pixel whose cell holds the centre.
        middle = (2 * i + 1) * height // (2 * fine[0])
        centre = (2 * j + 1) * width // (2 * fine[1])
        total, value = 0.0, np.zeros(c)
        for q in range(max(middle - radius, 0), min(middle + radius, height - 1) + 1):
            for r in range(
                max(centre - radius, 0), min(centre + radius, width - 1) + 1
            ):
                distance = (row - q) ** 2 + (column - r) ** 2
                difference = ((guide[b, :, i, j] - small[b, :, q, r]) ** 2).sum()
                weight = math.exp(-distance / (2 * sigma_space**2)) * math.exp(
                    -difference / (2 * sigma_range**2)
                )
                total += weight
                value += weight * x[b, :, q, r]
        out[b, :, i, j] = value / total
    return out
