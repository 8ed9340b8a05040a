"""The kernels of an operator: what each pixel of its result is made of."""

import numpy as np

from .field import FIELD
from .impulse import impulse_response, pixels_read
from .linear_map import STEP
from .measurement import Measurement, ratio

__all__ = ["LOCATIONS", "REACH", "kernel_phases"]

REACH = 4  # coarse pixels that are looked at on each side
LOCATIONS = 4  # pixels, each in a channel of its own, over which is averaged


def kernel_phases(probe, field=FIELD):
    """Measure impulse responses and split them into their sub-pixel phases.

    Args:
        probe: Probe.
        field: Field; at least REACH coarse pixels are on every side of its middle.

    Returns:
        Measurement. Array "kernel" on the fine grid, [(2*REACH + 1)*s] * 2: of an
        upsampler what one pixel of x adds to the result, of a downsampler what one
        pixel of its result reads; of a pair what one fine pixel becomes, mean over the
        s*s phases (the part that is the same at every location). Array "phases":
        upsampler [s, s, 2*REACH + 1, 2*REACH + 1], what the result's pixel of each
        phase reads from the coarse pixels around its own; pair [s, s, ...fine],
        what a fine pixel of each phase becomes; downsampler [1, 1, ...fine].
        Numbers: "kernel_sum"; "negative" (%), sum |h < 0| / sum |h|; "reach" (coarse
        px), how far from the middle of its own pixel a square goes that holds 99 % of
        sum |h|.

        Mean over LOCATIONS locations of the natural map, each in a channel of its own,
        from a channel to the same channel. A bias or the zero outside does not enter.

    Source: Parker et al., "Comparison of interpolating methods for image resampling",
    IEEE TMI 1983 (kernels as impulse responses); Vaidyanathan, "Multirate systems and
    filter banks", 1993, section 4.3 (polyphase components).
    """
    s = probe.scale
    inputs = probe.natural(field)
    locations = _locations(probe, field)
    if probe.kind == "pair":
        shown = np.stack([_pair_phases(probe, inputs, *p) for p in locations]).mean(0)
        kernel = _centred(shown, s)
    else:
        kernels = [_kernel(probe, inputs, *location) for location in locations]
        kernel = np.mean(kernels, axis=0)
        shown = _polyphase(kernel, s) if probe.kind == "up" else kernel[None, None]
    total = np.abs(kernel).sum()
    own = 1 if probe.kind == "pair" else s
    return Measurement(
        {
            "kernel_sum": (float(kernel.sum()), ""),
            "negative": (100 * ratio(np.abs(kernel[kernel < 0]).sum(), total), "%"),
            "reach": (_reach(kernel, s, own) / s, "coarse px"),
        },
        {"kernel": kernel, "phases": shown},
    )


def _locations(probe, field):
    """(row, column, channel) of coarse pixels around the middle of the map."""
    middle = field.before + field.period // 2
    most = min(probe.channels, probe.out_channels)
    steps = [(0, 0), (-1, 2), (2, 1), (1, -2)]
    return [(middle + i, middle + j, n % most) for n, (i, j) in enumerate(steps)]


def _kernel(probe, inputs, row, column, channel):
    if probe.kind == "up":
        response = impulse_response(
            probe.up, inputs.x, (row, column),
            guide=inputs.guide, side=inputs.side, channel=channel, step=STEP,
        )  # fmt: skip
    else:
        response = pixels_read(probe.down, inputs.x, (row, column), channel=channel)
    return _window(response, row * probe.scale, column * probe.scale, probe.scale)


def _pair_phases(probe, inputs, row, column, channel):
    s = probe.scale
    phases = [
        impulse_response(
            probe, inputs.x, (row * s + p, column * s + q), channel=channel, step=STEP
        )
        for p in range(s)
        for q in range(s)
    ]
    windows = [_window(response, row * s, column * s, s) for response in phases]
    return np.reshape(windows, (s, s, *windows[0].shape))


def _window(response, row, column, scale):
    """REACH coarse pixels on each side of the one that begins here."""
    start, size = REACH * scale, (2 * REACH + 1) * scale
    top, left = row - start, column - start
    return response[top : top + size, left : left + size]


def _polyphase(kernel, s):
    """[s, s, n, n]: weights of the coarse pixels around that of each phase."""
    n = len(kernel) // s
    cells = kernel.reshape(n, s, n, s).transpose(1, 3, 0, 2)
    # A pixel adds to cells below it, so a cell reads pixels above it.
    return cells[:, :, ::-1, ::-1].copy()


def _centred(phases, s):
    """Mean of the windows of the phases, each moved so that its pixel is (0, 0)."""
    return np.mean(
        [np.roll(phases[p, q], (-p, -q), (0, 1)) for p in range(s) for q in range(s)],
        axis=0,
    )


def _reach(kernel, s, own):
    """Fine pixels from the middle of `own` pixels to the edge of the square."""
    size = np.abs(kernel)
    total = size.sum()
    if total < 1e-12:
        return float("nan")
    at = np.abs(np.arange(len(kernel)) + 0.5 - REACH * s - own / 2)
    distance = np.maximum(at[:, None], at) + 0.5
    for limit in np.unique(distance):
        if size[distance <= limit].sum() >= 0.99 * total:
            return float(limit)
    return float(distance.max())
