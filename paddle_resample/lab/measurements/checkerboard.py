"""Checkerboards: patterns of the stride's period that the input does not have."""

import numpy as np

from .field import FIELD
from .linear_map import pull
from .measurement import Measurement, ratio
from .partition import gains

__all__ = ["checkerboard"]


def checkerboard(probe, response, field=FIELD):
    """Measure the power at the frequencies of the stride, (k/s, l/s) except (0, 0).

    Args:
        probe: Probe.
        response: Measurement of `frequency`.
        field: Field.

    Returns:
        Measurement. Array "phase_means" [s, s]: one cell of what a constant becomes,
        over its mean, channels weighed together as in `partition`. Numbers:
        "checkerboard" (%): amplitude of the pattern on a constant,
            sqrt(sum_c var(m_c) / sum_c mean(m_c)**2), m_c [s, s] the mean of each
            phase in channel c; by Parseval the root of the power at the stride's
            frequencies over that at 0.
        "checkerboard_noise": mean power (of a pair, aliases) at the stride's
            frequencies over the mean power at all, for white noise inputs: 1 where the
            result is as white there as anywhere, 0 where nothing can appear there.
        A downsampler makes its checkerboard on the way back: both numbers are those of
        the gradient that it passes to x, of a constant and of a white gradient.

    Source: Odena, Dumoulin and Olah, "Deconvolution and checkerboard artifacts",
    Distill 2016 (also of gradients); Aitken et al., arXiv 1707.02937, 2017.
    """
    s = probe.scale
    if probe.kind == "down":
        signs = np.random.default_rng(0).choice([-1.0, 1.0], probe.out_channels)
        read = pull(probe, probe.natural(field), signs[None, :, None, None])
        constant = field.inside(read, s)[0]
    else:
        constant = field.inside(gains(probe, field), s)
    c, height, width = constant.shape
    phases = constant.reshape(c, height // s, s, width // s, s).mean((1, 3))
    mean = phases.mean((-2, -1))
    varied = ((phases - mean[:, None, None]) ** 2).mean((-2, -1))
    power = response.arrays["power"]
    came = response.arrays.get("alias", power)  # of a pair what was not there before
    at_stride = _at_stride(len(power), s)
    noise = ratio(came[at_stride].mean(), power.mean()) if s > 1 else float("nan")
    whole = (mean**2).sum()
    combined = np.tensordot(mean, phases, 1) / (whole if whole > 1e-12 else np.nan)
    return Measurement(
        {
            "checkerboard": (100 * ratio(varied.sum(), whole) ** 0.5, "%"),
            "checkerboard_noise": (noise, "mean power"),
        },
        {"phase_means": combined},
    )


def _at_stride(side, s):
    """Where the frequencies of the stride are, zero in the middle and left out."""
    middle = side // 2
    line = (np.arange(side) - middle) % (side // s) == 0
    mask = line[:, None] & line
    mask[middle, middle] = False
    return mask
