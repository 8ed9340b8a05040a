"""Per-pixel filtering and FeatUp's learned range kernel, one pixel at a time."""

import math

import numpy as np

from tests.reference import interpolate


def window(i, j, radius, height, width):
    """The pixels around (i, j), row-major, reflected at the border."""
    for q in range(i - radius, i + radius + 1):
        for r in range(j - radius, j + radius + 1):
            yield mirror(q, height), mirror(r, width)


def mirror(i, count):
    i = abs(i)
    return i if i < count else 2 * (count - 1) - i


def pixel_filter(x, kernels):
    """x [N, C, H, W], kernels [N, k*k, H, W]."""
    radius = (math.isqrt(kernels.shape[1]) - 1) // 2
    out = np.zeros(x.shape)
    for b, i, j in np.ndindex(len(x), *x.shape[2:]):
        for tap, (q, r) in enumerate(window(i, j, radius, *x.shape[2:])):
            out[b, :, i, j] += x[b, :, q, r] * kernels[b, tap, i, j]
    return out


def neighbour_products(x, radius):
    """Inner products of x [N, C, H, W] with its neighbours."""
    out = np.zeros((len(x), (2 * radius + 1) ** 2, *x.shape[2:]))
    for b, i, j in np.ndindex(len(x), *x.shape[2:]):
        for tap, (q, r) in enumerate(window(i, j, radius, *x.shape[2:])):
            out[b, tap, i, j] = x[b, :, i, j] @ x[b, :, q, r]
    return out


def learned_range(x, guide, weights, radius):
    """FeatUp's JBU; weights by the released names."""

    def project(name, value):
        first, second = (weights[f"{name}.{i}.weight"][:, :, 0, 0] for i in (0, 3))
        value = np.einsum("oc,nchw->nohw", first, value)
        value = value + weights[f"{name}.0.bias"][:, None, None]
        gauss = np.vectorize(math.erf)(value / 2**0.5)
        value = value * 0.5 * (1 + gauss)
        value = np.einsum("oc,nchw->nohw", second, value)
        return value + weights[f"{name}.3.bias"][:, None, None]

    logits = neighbour_products(project("range_proj", guide), radius)
    kernels = np.exp(math.exp(weights["range_temp"]) * logits)
    for tap in range(kernels.shape[1]):
        side = 2 * radius + 1
        row, column = (n / radius - 1 for n in divmod(tap, side))
        sigma = float(weights["sigma_spatial"])
        kernels[:, tap] *= math.exp(-(row**2 + column**2) / (2 * sigma**2))
    kernels = kernels / kernels.sum(1, keepdims=True)
    fixup = project("fixup_proj", np.concatenate([kernels, guide], 1))
    return pixel_filter(interpolate.bicubic(x, guide.shape[2:]), kernels + 0.1 * fixup)
