import numpy as np
import pytest

from paddle_resample import build
from paddle_resample.lab.measurements.frequency import frequency
from paddle_resample.lab.measurements.measurement import Measurement
from paddle_resample.lab.probe import Probe, pair, probe
from tests.lab.known_operators import (
    CIRCLE,
    IdealDown,
    IdealUp,
    Subsample,
    box,
    outside,
    spectrum,
)


def check(found: Measurement, line, s):
    """Power and image share against a separable closed form."""
    expected = spectrum(line, s)
    np.testing.assert_allclose(found.arrays["power"], expected, atol=1e-6)
    share = found.numbers["aliasing"][0]
    assert share == pytest.approx(outside(expected, s), abs=1e-4)
    return {k: v[0] for k, v in found.numbers.items()}


@pytest.mark.parametrize("s", [2, 3])
def test_nearest_is_a_box(s):
    numbers = check(
        frequency(probe({"name": "nearest", "scale": s})), lambda f: box(f, s), s
    )
    if s == 2:  # cos(pi f)**2 is one half at the coarse Nyquist
        assert numbers["bandwidth"] == pytest.approx(1, abs=1e-3)
        assert numbers["nyquist_gain"] == pytest.approx(-3.01, abs=0.05)
        continuous = 100 * (1 - (0.5 + 1 / np.pi) ** 2)
        assert numbers["aliasing"] == pytest.approx(continuous, abs=0.5)


def test_bilinear_is_the_cube_of_the_cosine():
    numbers = check(frequency(probe("bilinear")), lambda f: np.cos(np.pi * f) ** 6, 2)
    assert numbers["nyquist_gain"] == pytest.approx(30 * np.log10(0.5), abs=0.1)


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_blur_pool_is_a_power_of_the_cosine(size):
    blur = probe({"name": "blur_pool", "filter_size": size})
    check(frequency(blur), lambda f: np.cos(np.pi * f) ** (2 * size - 2), 2)


def test_box_downsampling():
    check(frequency(probe({"name": "avg_pool", "scale": 3})), lambda f: box(f, 3), 3)


def test_subsampling_reads_everything():
    numbers = check(frequency(probe(Subsample(4))), np.ones_like, 2)
    assert numbers["aliasing"] == pytest.approx(75)
    assert numbers["bandwidth"] == 2


@pytest.mark.parametrize("kind", [IdealUp, IdealDown])
def test_the_ideal_has_no_images(kind):
    found = frequency(probe(kind(3), label="ideal"), CIRCLE)
    numbers = check(found, lambda f: (np.abs(f) < 0.25).astype(float), 2)
    assert numbers["aliasing"] == pytest.approx(0, abs=1e-6)
    assert numbers["bandwidth"] == pytest.approx(1, abs=1e-6)


def test_the_ideal_pair_is_a_filter():
    one = Probe("ideal", IdealUp(2), IdealDown(2), paired=True)
    found = frequency(one, CIRCLE)
    check(found, lambda f: (np.abs(f) < 0.25).astype(float), 2)
    assert found.arrays["alias"].max() < 1e-9


def test_perfect_reconstruction():
    found = frequency(pair("haar", "haar_inverse"))
    np.testing.assert_allclose(found.arrays["power"], 1, atol=1e-5)
    assert found.numbers["aliasing"][0] == pytest.approx(0, abs=1e-4)


def test_aliases_of_a_box_pair():
    """avg_pool, then nearest: a box filter twice, and aliases T(f) T(f + 1/2)."""
    found = frequency(pair("avg_pool", "nearest"))
    power = found.arrays["power"]
    f = np.fft.fftshift(np.fft.fftfreq(30))
    one, other = box(f, 2), box(f - 0.5, 2)
    line = one * (one + other)  # on noise that is white
    assert power.mean() == pytest.approx(line.mean() ** 2, rel=0.02)
    signal = (power - found.arrays["alias"]).sum()
    assert signal == pytest.approx((one**2).sum() ** 2, rel=1e-5)


def test_unpooling_keeps_one_of_four_at_random():
    """|T|**2 = 1/16 of white noise, 1/4 in all."""
    found = frequency(pair("max_pool", "max_unpool"))
    assert found.arrays["power"].mean() == pytest.approx(0.25, abs=0.01)
    assert found.numbers["aliasing"][0] == pytest.approx(75, abs=5)


def test_mixed_channels_add_their_power():
    layer = build({"name": "conv_transpose", "bias": False}, 8)
    power = frequency(probe(layer)).arrays["power"]
    weight = layer.conv.weight.numpy()  # Parseval: mean |H|**2 = sum h**2 / s**4
    expected = (weight**2).sum() / 8 / 16
    assert power.mean() == pytest.approx(expected, rel=0.1)
