"""Operators whose answers follow from theory, and theory's answers."""

import numpy as np
import paddle

from paddle_resample import Downsampler, Upsampler
from paddle_resample.lab.measurements.field import Field

CIRCLE = Field(15, 0, 0)  # without a border


def interpolation(n, s):
    """[n*s, n]: the trigonometric polynomial through n values on a circle, n odd."""
    places = (np.arange(n * s) + 0.5) / s - 0.5
    distance = 2 * np.pi * (places[:, None] - np.arange(n)) / n
    waves = np.arange(1, (n + 1) // 2)
    return (1 + 2 * np.cos(distance[..., None] * waves).sum(-1)) / n


class IdealUp(Upsampler):
    """Keeps every frequency and makes no image, on a circle."""

    name = "ideal_up"

    def forward(self, x, guide=None, side=None, size=None):
        matrix = paddle.to_tensor(interpolation(x.shape[-1], self.scale))
        return matrix @ x @ matrix.t()


class IdealDown(Downsampler):
    """Drops what the coarse grid cannot hold, on a circle."""

    name = "ideal_down"

    def forward(self, x):
        matrix = paddle.to_tensor(interpolation(x.shape[-1] // self.scale, self.scale))
        return matrix.t() @ x @ matrix / self.scale**2


class Subsample(Downsampler):
    """Every s-th pixel: nothing is done against aliasing."""

    name = "subsample"

    def forward(self, x):
        return x[:, :, :: self.scale, :: self.scale]


def box(f, s):
    """|H|**2 along an axis of s equal weights."""
    f = np.asarray(f, float)
    safe = np.where(f == 0, 1, f)
    found = np.sin(np.pi * s * safe) / (s * np.sin(np.pi * safe))
    return np.where(f == 0, 1, found) ** 2


def spectrum(line, s, period=15):
    """[period*s] * 2 of a separable power, zero in the middle."""
    f = np.fft.fftshift(np.fft.fftfreq(period * s))
    return np.multiply.outer(line(f), line(f))


def outside(power, s):
    """Share in % of the power outside the coarse band, zero in the middle."""
    steps = np.abs(np.arange(len(power)) - len(power) // 2)
    inside = steps < len(power) / s / 2
    return 100 * (1 - power[np.ix_(inside, inside)].sum() / power.sum())


def keys(t, a=-0.75):
    """Keys' cubic convolution kernel."""
    t = np.abs(t)
    near = (a + 2) * t**3 - (a + 3) * t**2 + 1
    far = a * (t**3 - 5 * t**2 + 8 * t - 4)
    return np.where(t < 1, near, np.where(t < 2, far, 0.0))
