"""Sub-pixel position bias: where a result's pixel lies, against where it should."""

import numpy as np

from .field import FIELD
from .measurement import Measurement
from .signals import flat, ramp

__all__ = ["position_bias"]

_UNEVEN = 0.02  # of twice the ramp's result, that it may be off


def position_bias(probe, field=FIELD):
    """Measure the location that every pixel of the result stands for.

    Args:
        probe: Probe.
        field: Field.

    Returns:
        Measurement. Arrays "bias_x", "bias_y" [H', W'], fine pixels to the right and
        down: location(i) - centre(i), where location = (f(r) - f(0)) / (f(r + 1) -
        f(r)) in pixels of a ramp r that rises from 0 to 1 over the map (for a linear
        operator the centroid of its weights), and centre(i) = (i + 0.5) * p - 0.5 with
        p fine pixels in one of the result (pixel centres at halves on both grids).
        Channels are weighed together by their gain; pixels whose gain is below 1 % of
        the usual are NaN, and all are where twice the ramp does not give twice the
        result, to 2 %.
        Numbers, inside the margins:
        "bias_x", "bias_y" (fine px): means. By minus this an edge moves.
        "jitter" (fine px): root mean square, over both axes, of the phases' means
            around those: how unevenly the result's pixels stand.
        "stretch" (%): slope of the bias along its own axis, mean of both: a result
            that reads too small a part of x has a negative one.

    Source: Thevenaz, Blu and Unser, IEEE TMI 2000, section IV (approximation order);
    the first moment of the kernel, measured.
    """
    side = field.side * probe.scale
    c, s = probe.channels, probe.scale_out
    zero = probe.see(flat(c, side, 0))[0]
    centre = (np.arange(zero.shape[-1]) + 0.5) * probe.scale / s - 0.5
    maps, slopes, phases = [], [], []
    for axis in (2, 3):
        line = ramp(c, side, axis)
        once, twice, raised = (
            probe.see(signal)[0] - zero for signal in (line, 2 * line, line + 1)
        )
        location = side * _location(once, raised - once)
        if np.linalg.norm(twice - 2 * once) > _UNEVEN * np.linalg.norm(twice):
            location = np.full_like(location, np.nan)
        bias = location - (centre[:, None] if axis == 2 else centre)
        maps.append(bias)
        inside = field.inside(bias, s)
        phases.append(_phase_means(inside, s))
        slopes.append(_slope(inside if axis == 3 else inside.T, s, probe.scale / s))
    means = [float(np.nanmean(p)) if np.isfinite(p).any() else np.nan for p in phases]
    spread = [np.nanmean((p - m) ** 2) for p, m in zip(phases, means) if m == m]
    return Measurement(
        {
            "bias_x": (means[1], "fine px"),
            "bias_y": (means[0], "fine px"),
            "jitter": (
                float(np.sqrt(np.mean(spread))) if spread else np.nan,
                "fine px",
            ),
            "stretch": (100 * float(np.mean(slopes)), "%"),
        },
        {"bias_x": maps[1], "bias_y": maps[0]},
    )


def _location(ramped, gain):
    """Values over gains, all channels together; NaN where hardly anything arrives."""
    power = (gain**2).sum(0)
    enough = power > 1e-4 * power.mean() + 1e-12
    return np.where(enough, (ramped * gain).sum(0), np.nan) / np.where(enough, power, 1)


def _phase_means(inside, s):
    height, width = (n // s for n in inside.shape)
    cells = inside.reshape(height, s, width, s).transpose(1, 3, 0, 2).reshape(s, s, -1)
    finite = np.isfinite(cells)
    total = np.where(finite, cells, 0).sum(-1)
    return np.where(finite.any(-1), total, np.nan) / np.maximum(finite.sum(-1), 1)


def _slope(inside, s, pitch):
    """Fine pixels of bias gained a fine pixel along the rows."""
    cells = inside.reshape(len(inside), -1, s)
    finite = np.isfinite(cells).all(0).all(-1)
    if finite.sum() < 2:
        return float("nan")
    at = np.flatnonzero(finite) * pitch * s
    return float(np.polyfit(at, cells.mean((0, 2))[finite], 1)[0])
