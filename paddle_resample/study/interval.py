"""The interval of a difference: noise of training and choice of images together.

The seeds are few, so their part is Student's t; the images are many, and mIoU is no
mean over images, so their part is a bootstrap. A bootstrap over seeds too would be too
narrow: with three seeds it knows three values.

Source of the combination: Zou and Donner, Statistics in Medicine 2008 (MOVER). One t
with Satterthwaite's degrees of freedom let 10 % of equal methods seem different where
three seeds vary much.
"""

from typing import NamedTuple, Union

import numpy as np
from scipy import special

__all__ = ["Errors", "holm"]

_LEAST_P = 1e-12
_STEPS = 40  # of the bisection: far below the digits that are printed
_Numbers = Union[float, np.ndarray]


class Errors(NamedTuple):
    """The two errors of a mean difference; numbers, or arrays of one shape.

    Attributes:
        image: standard error over images.
        images: number of images, or of groups of images, that it comes from.
        seed: standard error over seeds; 0 with one seed, where it is unknown.
        seeds: number of seeds.
    """

    image: _Numbers
    images: _Numbers
    seed: _Numbers
    seeds: _Numbers

    def reach(self, level):
        """Half the width of the two-sided interval of a level (0 to 1)."""
        return np.hypot(
            _quantile(self.images, level) * self.image,
            _quantile(self.seeds, level) * self.seed,
        )

    def interval(self, difference, level=0.95):
        """(low, high) around a difference."""
        reach = self.reach(level)
        return difference - reach, difference + reach

    def p_value(self, difference):
        """1 - the level of the interval around a difference that just touches zero;
        1e-12 at the least."""
        far = np.abs(difference)
        low = np.full(np.shape(far), np.log(_LEAST_P))
        high = np.zeros(np.shape(far))
        for _ in range(_STEPS):
            middle = (low + high) / 2
            inside = self.reach(1 - np.exp(middle)) > far
            low, high = np.where(inside, middle, low), np.where(inside, high, middle)
        p = np.exp(high)
        still = self.reach(0.5) == 0
        return np.where(still, np.where(far == 0, 1.0, _LEAST_P), p)[()]


def holm(p_values):
    """Correct p-values for their number.

    Args:
        p_values: list of float.

    Returns:
        list of float, in the same order.

    Source: Holm, Scandinavian Journal of Statistics 1979.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values)
    corrected, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = round(float(largest), 12)
    return corrected


def _quantile(count, level):
    return special.stdtrit(np.maximum(np.subtract(count, 1), 1), (1 + level) / 2)
