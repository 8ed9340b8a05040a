"""What an operator does to every frequency, and how much of it lands elsewhere."""

import numpy as np

from .field import FIELD
from .linear_map import pull, push
from .measurement import Measurement, decibels, ratio
from .signals import flat_noise

__all__ = ["DRAWS", "frequency"]

DRAWS = 4  # of the noise; for linear operators that mix no channels all are equal


def frequency(probe, field=FIELD):
    """Measure the power response with noise of equal power at every frequency.

    Args:
        probe: Probe.
        field: Field.

    Returns:
        Measurement. Array "power" [period*s] * 2, zero frequency in the middle, steps
        of 1 / (period*s) cycles a fine pixel: of an upsampler |H(f)|**2, where
        H(f) = sum_n h[n] exp(-2i pi f n) / s**2 and h is its impulse response; of a
        downsampler |G(f)|**2 of what one of its pixels reads; of a pair the power of
        its whole result, and "alias" that part of it which came from other frequencies.
        "axis" and "frequency": mean of "power" along the two axes, from 0, against
        cycles a fine pixel. Numbers:
        "bandwidth" (coarse Nyquist = 1/(2s) cycles a fine pixel): where the power
            along an axis is first half of that at 0; s if it nowhere is.
        "nyquist_gain" (dB): power along an axis at the coarse Nyquist, against that
            at 0; the ideal jumps there from 0 to -120.
        "aliasing" (%): share of the power where it does not belong, for noise that is
            white on the side that it comes from. Upsampler: images, outside
            |f| < 1/(2s) on either axis. Downsampler: aliases, read from outside.
            Pair: the part of the result that is no filter of the input,
            1 - sum |T|**2 / sum P, T(f) = E[Y(f) X*(f)] over shifts of the input.
        Mean power over the channels of the result (of x, for a downsampler).

        Data-dependent operators: the Jacobian at the natural map, whose kernels change
        from location to location, which spreads power over all frequencies.

    Source: Parker et al., IEEE TMI 1983; Thevenaz, Blu and Unser, "Interpolation
    revisited", IEEE TMI 2000; Vaidyanathan 1993, section 4.1 (images and aliases).
    """
    rng = np.random.default_rng(0)
    inputs = probe.natural(field)
    measured = {"up": _up, "down": _down, "pair": _pair}[probe.kind]
    total, signal = measured(probe, inputs, field, rng)
    line = (total[0] + total[:, 0]) / 2
    line = line[: len(line) // 2 + 1]
    half = field.period / 2  # the coarse Nyquist, in bins
    arrays = {
        "power": np.fft.fftshift(total),
        "axis": line,
        "frequency": np.arange(len(line)) / (field.period * probe.scale),
    }
    if probe.kind == "pair":
        arrays["alias"] = np.fft.fftshift(total - signal)
    low = decibels(line[int(half) : int(half) + 2]).mean()
    dc = line[0] if line[0] > 1e-12 else np.nan
    return Measurement(
        {
            "bandwidth": (_half_power(line) / half, "coarse Nyquist"),
            "nyquist_gain": (float(low - decibels(dc)), "dB"),
            "aliasing": (100 * (1 - ratio(signal.sum(), total.sum())), "%"),
        },
        arrays,
    )


def _up(probe, inputs, field, rng):
    total = 0.0
    for _ in range(DRAWS):
        noise = flat_noise(probe.channels, field.period, rng)
        made = push(probe, inputs, field.wrap(noise))
        total = total + _power(field.inside(made, probe.scale)) / DRAWS
    return _in_band(total / probe.scale**4, field)


def _down(probe, inputs, field, rng):
    total = 0.0
    for _ in range(DRAWS):
        noise = flat_noise(probe.out_channels, field.period, rng)
        read = pull(probe, inputs, field.wrap(noise))
        total = total + _power(field.inside(read, probe.scale)) / DRAWS
    return _in_band(total, field)


def _pair(probe, inputs, field, rng):
    """The power, and that of what stays the same wherever the noise lies.

    The mean over all locations of a cell holds no alias of a kernel that is the same in
    every cell. Products of such means at different cells also drop what is not.
    """
    s = probe.scale
    noise = flat_noise(probe.channels, field.period * s, rng)
    total, means = 0.0, []
    for _ in range(DRAWS):
        cell = s * rng.integers(field.period, size=2)
        made = [_made_at(probe, inputs, field, noise, cell + p) for p in _cell(s)]
        total = total + sum(map(_power, made)) / len(made) / DRAWS
        means.append(sum(made) / len(made))
    both = DRAWS**2 * _power(sum(means) / DRAWS) - sum(map(_power, means))
    return total, both / (DRAWS * (DRAWS - 1))


def _cell(s):
    return [np.array(location) for location in np.ndindex(s, s)]


def _made_at(probe, inputs, field, noise, location):
    """What becomes of noise that is moved there, moved back."""
    moved = field.wrap(np.roll(noise, location, (-2, -1)), probe.scale)
    made = field.inside(push(probe, inputs, moved), probe.scale)
    return np.roll(made, -location, (-2, -1))


def _power(tile):
    """Mean over the channels, [side, side]."""
    return (np.abs(np.fft.fft2(tile)) ** 2).mean((0, 1))


def _in_band(power, field):
    """The power, and that of it within the coarse band."""
    bins = np.abs(np.fft.fftfreq(len(power), 1 / len(power)))
    inside = bins < field.period / 2
    return power, power * (inside[:, None] & inside)


def _half_power(line):
    """Bin, interpolated, where the power first is half of that at 0."""
    if line[0] < 1e-12:
        return float("nan")
    below = np.flatnonzero(line < line[0] / 2)
    if not len(below):
        return float(len(line) - 1)
    k = below[0]
    return float(k - 1 + (line[k - 1] - line[0] / 2) / (line[k - 1] - line[k]))
