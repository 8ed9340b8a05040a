"""What a measurement returns: arrays, and numbers with their units."""

from dataclasses import dataclass, field

import numpy as np

__all__ = ["Measurement", "decibels", "ratio"]

FLOOR = -120.0  # dB, where nothing is left


@dataclass
class Measurement:
    """One thing that was measured.

    Attributes:
        numbers: name -> (value, unit); the value is NaN where it is not defined.
        arrays: name -> float64 array (uint8 for pictures), for the figures.
    """

    numbers: dict = field(default_factory=dict)
    arrays: dict = field(default_factory=dict)

    def as_json(self):
        """Both as JSON holds them; arrays with six significant digits."""
        return {
            "numbers": {
                name: {"value": _plain(value), "unit": unit}
                for name, (value, unit) in self.numbers.items()
            },
            "arrays": {name: _rounded(array) for name, array in self.arrays.items()},
        }


def ratio(part, whole):
    """part / whole, NaN where there is no whole.

    >>> ratio(1.0, 4.0), ratio(0.0, 0.0)
    (0.25, nan)
    """
    return float(part) / float(whole) if abs(whole) > 1e-12 else float("nan")


def decibels(power):
    """10 log10 of a power, not below -120.

    >>> decibels(np.array([1.0, 0.0]))
    array([   0., -120.])
    """
    return np.maximum(10 * np.log10(np.maximum(power, 1e-300)), FLOOR)


def _plain(value):
    return float(f"{value:.8g}") + 0.0  # + 0.0: no -0.0


def _rounded(array):
    if array.dtype == np.uint8:
        return array.tolist()
    size = 10.0 ** (5 - np.floor(np.log10(np.maximum(np.abs(array), 1e-12))))
    return (np.round(array * size) / size + 0.0).tolist()
