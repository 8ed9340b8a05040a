"""Randomness that is the same on every machine: dice and a bank of noise pictures."""

from functools import cache

import cv2
import numpy as np

__all__ = ["ONE", "Dice", "noise", "spline"]

ONE = 4096  # weights of splines are whole numbers of this fraction


class Dice:
    """Random choices decided by a key alone.

    They are made from the raw 64-bit stream of PCG64, which NumPy promises never to
    change, and not from the distributions of Generator, which it may.

    Args:
        *key: non-negative int, what names the stream.

    >>> Dice(0, 1, 2).integer(1, 6) == Dice(0, 1, 2).integer(1, 6)
    True
    """

    def __init__(self, *key):
        self._bits = np.random.PCG64(np.random.SeedSequence(key))
        self._pool = []

    def _raw(self):
        if not self._pool:
            self._pool = self._bits.random_raw(256).tolist()
        return self._pool.pop()

    def uniform(self, low, high):
        """A float in [low, high)."""
        return low + (high - low) * ((self._raw() >> 11) * 2.0**-53)

    def integer(self, low, high):
        """An int from low to high, both included."""
        return low + self._raw() % (high - low + 1)

    def chance(self, probability):
        """True with this probability."""
        return self.uniform(0.0, 1.0) < probability

    def pick(self, options):
        """One of a sequence."""
        return options[self._raw() % len(options)]


def noise(dice, height, width, *, grain="cloud", stretch=(1, 1)):
    """A random piece of a fixed noise picture.

    Args:
        dice: chooses the piece.
        height, width: pixels wanted.
        grain: "cloud" (fractal, soft) or "sand" (independent pixels).
        stretch: (vertical, horizontal) magnification, at least 1.

    Returns:
        int16 [height, width] around 0, within -128..127.
    """
    bank = _bank(grain)
    h = min(-(-height // stretch[0]), bank.shape[0])
    w = min(-(-width // stretch[1]), bank.shape[1])
    y, x = dice.integer(0, bank.shape[0] - h), dice.integer(0, bank.shape[1] - w)
    piece = bank[y : y + h, x : x + w]
    if piece.shape != (height, width):
        piece = cv2.resize(piece, (width, height), interpolation=cv2.INTER_LINEAR)
    return piece.astype(np.int16) - 128


@cache
def spline(knots, samples):
    """Weights that draw a smooth curve by as many knots (a uniform cubic B-spline).

    Args:
        knots, samples: int; knots at least 4, the outer ones lie beyond the ends.

    Returns:
        int64 [samples, knots], whole ONEths, so that sums are exact on every machine.
    """
    position = np.arange(samples) * ((knots - 3) / samples)
    first = position.astype(np.int64)
    f = position - first
    g = 1 - f
    four = (
        g * g * g,
        3 * f * f * f - 6 * f * f + 4,
        3 * g * g * g - 6 * g * g + 4,
        f * f * f,
    )
    weights = np.zeros((samples, knots), np.int64)
    for k, w in enumerate(four):
        weights[np.arange(samples), first + k] = np.rint(w * (ONE / 6))
    weights.flags.writeable = False
    return weights


@cache
def _bank(grain, side=512):
    bits = np.random.PCG64(np.random.SeedSequence([515, side]))
    if grain == "sand":  # sum of four uniform bytes: bell-shaped, integers only
        raw = bits.random_raw(side * side // 2).view(np.uint8)
        four = raw.reshape(4, side, side).astype(np.int32).sum(0)
        return ((four - 510) // 4 + 128).astype(np.uint8)
    # Whole numbers below 2^53, which are exact in float64 too, where products are fast.
    total = np.zeros((side, side))
    for cells, weight in ((8, 32), (16, 16), (32, 8), (64, 4), (128, 2)):
        raw = bits.random_raw(cells * cells // 8).view(np.uint8).astype(np.float64)
        fit = spline(cells, side).astype(np.float64)
        total += weight * (fit @ (raw.reshape(cells, cells) - 128) @ fit.T)
    total = total.astype(np.int64)
    total -= total.sum() // total.size
    # the octaves, smooth and added up, keep to the middle of the range: widen it
    return np.clip(total // (ONE * ONE * 20) + 128, 0, 255).astype(np.uint8)
