"""The response to a step: how sharp it stays, how far it overshoots, if it moves."""

import numpy as np

from .field import FIELD
from .measurement import Measurement
from .signals import edge

__all__ = ["WINDOW", "step_edge"]

WINDOW = 5  # coarse pixels on each side that are looked at


def step_edge(probe, field=FIELD):
    """Measure the response to an upright edge from 0 to 1.

    Args:
        probe: Probe.
        field: Field.

    Returns:
        Measurement. Arrays "at" [n] (fine px from the edge) and "profile" [n], the
        result across the edge, mean over the rows inside the margins, so that its
        plateaus are 0 and 1; channels are weighed together by the height of their step.
        The edge stands between two coarse pixels for an upsampler; at each fine pixel
        of a cell in turn for the others, and the profiles are joined (downsampler:
        interleaved, as in the slanted-edge method) or averaged (pair). Numbers:
        "edge_width" (fine px): from 10 % to 90 %, by linear interpolation from the 50 %
            crossing outwards.
        "overshoot" (%): beyond 1 or below 0, whichever is more.
        "edge_shift" (fine px): area between the edge and the profile, positive where
            it moved to the right; the centroid of the profile's slope.
        Not defined where a constant is dropped. A guide shows the same edge.

    Source: ISO 12233 (edge spread function); Thevenaz, Blu and Unser, IEEE TMI 2000
    (ringing of interpolation kernels).
    """
    steps = range(1) if probe.kind == "up" else range(probe.scale)
    profiles = [_profile(probe, field, step) for step in steps]
    if any(part is None for part in profiles):
        nothing = float("nan")
        units = {"edge_width": "fine px", "overshoot": "%", "edge_shift": "fine px"}
        return Measurement({k: (nothing, u) for k, u in units.items()}, {})
    at = np.concatenate([part[0] for part in profiles])
    profile = np.concatenate([part[1] for part in profiles])
    locations = np.unique(at.round(6))
    profile = np.array([profile[np.abs(at - u) < 1e-6].mean() for u in locations])
    pitch = locations[1] - locations[0]
    ideal = np.where(locations > 0, 1.0, np.where(locations < 0, 0.0, 0.5))
    beyond = max(profile.max() - 1, -profile.min(), 0.0)
    return Measurement(
        {
            "edge_width": (_width(locations, profile), "fine px"),
            "overshoot": (100 * float(beyond), "%"),
            "edge_shift": (float((ideal - profile).sum() * pitch), "fine px"),
        },
        {"at": locations, "profile": profile},
    )


def _profile(probe, field, step):
    """(locations from the edge, values) for an edge `step` fine pixels into a cell."""
    s, side = probe.scale, field.side * probe.scale
    column = (field.before + field.period // 2) * s + step
    response = probe.see(edge(probe.channels, side, column))[0]
    rows = slice(
        field.before * probe.scale_out,
        (field.before + field.period) * probe.scale_out,
    )
    lines = response[:, rows].mean(1)
    pitch = s / probe.scale_out
    at = (np.arange(lines.shape[1]) + 0.5) * pitch - column
    near = np.abs(at) < WINDOW * s
    low, high = (lines[:, near][:, i].mean(1) for i in _ends(at[near], s))
    height = high - low
    if (height**2).mean() < 1e-12:
        return None
    joined = (height[:, None] * (lines - low[:, None])).sum(0) / (height**2).sum()
    return at[near], joined[near]


def _ends(at, s):
    """The outermost coarse pixel on each side."""
    return at <= (1 - WINDOW) * s, at >= (WINDOW - 1) * s


def _width(locations, profile):
    middle = int(np.argmax(profile >= 0.5))
    low = middle
    while low > 0 and profile[low - 1] > 0.1:
        low -= 1
    high = middle
    while high < len(profile) - 1 and profile[high] < 0.9:
        high += 1
    if low == 0 or profile[high] < 0.9:
        return float("nan")
    left = _crossing(locations, profile, low, 0.1)
    return float(_crossing(locations, profile, high, 0.9) - left)


def _crossing(locations, profile, i, level):
    """Where the line from pixel i - 1 to i has this level."""
    share = (level - profile[i - 1]) / (profile[i] - profile[i - 1])
    return locations[i - 1] + share * (locations[i] - locations[i - 1])
