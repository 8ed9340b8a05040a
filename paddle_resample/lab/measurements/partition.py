"""What becomes of a constant: the gain, whether it is the same everywhere, and how far
the border reaches in."""

import numpy as np

from .field import FIELD
from .measurement import Measurement
from .signals import flat

__all__ = ["gains", "partition"]

_SETTLED = 0.01  # of the gain


def partition(probe, field=FIELD):
    """Measure the partition of unity and the border.

    Args:
        probe: Probe.
        field: Field.

    Returns:
        Measurement. Array "gain_map" [H', W']: G(i) = sum of the weights with which
        pixel i of the result reads x, as f(1) - f(0) for maps of ones and zeros, over
        its mean inside the margins. Channels are weighed together by their mean gain g:
        sum_c G_c g_c / sum_c g_c**2. Numbers:
        "gain": root mean square over channels of g.
        "partition_error" (%): root mean square of G - 1 over channels and the pixels
            inside the margins; 0 where the weights are a partition of unity.
        "border_error" (%): largest |gain_map - its periodic continuation|.
        "border_width" (result px): up to where that is above 1 %.
        All but the first are not defined where a constant is dropped, as by LayerNorm.

    Guide and side information are those of the constant maps.

    Source: Thevenaz, Blu and Unser, IEEE TMI 2000, section IV (partition of unity).
    """
    gain = gains(probe, field)
    s = probe.scale_out
    inside = field.inside(gain, s)
    mean = inside.mean((-2, -1))
    power = (mean**2).mean()
    error = np.sqrt(((inside - 1) ** 2).mean())
    numbers = {
        "gain": (float(np.sqrt(power)), ""),
        "partition_error": (100 * float(error), "%"),
    }
    if power < 1e-12:
        combined = np.full(gain.shape[-2:], np.nan)
        numbers["border_error"] = (float("nan"), "%")
        numbers["border_width"] = (float("nan"), "result px")
    else:
        combined = np.tensordot(mean, gain, 1) / (mean**2).sum()
        off = np.abs(combined - field.wrap(field.inside(combined, s), s))
        numbers["border_error"] = (100 * float(off.max()), "%")
        numbers["border_width"] = (_width(off > _SETTLED), "result px")
    return Measurement(numbers, {"gain_map": combined})


def gains(probe, field):
    """Gain of every pixel of the result, float64 [D, H', W']."""
    side = field.side * probe.scale
    one, zero = (probe.see(flat(probe.channels, side, v)) for v in (1, 0))
    return (one - zero)[0]


def _width(bad):
    rows = np.arange(bad.shape[0])
    columns = np.arange(bad.shape[1])
    from_edge = np.minimum(
        np.minimum(rows, rows[::-1])[:, None], np.minimum(columns, columns[::-1])
    )
    return float((from_edge[bad] + 1).max()) if bad.any() else 0.0
