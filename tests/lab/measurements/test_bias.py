import math

import numpy as np
import pytest

from paddle_resample.lab.measurements.bias import position_bias
from paddle_resample.lab.probe import pair, probe
from tests.lab.known_operators import Subsample, keys


def numbers(one):
    return {k: v[0] for k, v in position_bias(one).numbers.items()}


def test_nearest_stands_at_its_coarse_pixel():
    found = position_bias(probe({"name": "nearest", "scale": 3}))
    line = np.tile([1.0, 0.0, -1.0], 28)
    np.testing.assert_allclose(
        found.arrays["bias_x"], np.tile(line, (84, 1)), atol=1e-9
    )
    np.testing.assert_allclose(
        found.arrays["bias_y"], found.arrays["bias_x"].T, atol=1e-9
    )
    assert found.numbers["jitter"][0] == pytest.approx((2 / 3) ** 0.5)
    assert found.numbers["bias_x"][0] == pytest.approx(0, abs=1e-9)
    assert found.numbers["stretch"][0] == pytest.approx(0, abs=1e-9)


def test_bilinear_stands_where_it_should_but_at_the_border():
    found = position_bias(probe("bilinear"))
    assert numbers(probe("bilinear")) == pytest.approx(
        dict.fromkeys(found.numbers, 0), abs=1e-9
    )
    line = np.zeros(56)
    line[0], line[-1] = 0.5, -0.5  # the outermost repeat the border pixel
    np.testing.assert_allclose(found.arrays["bias_x"][9], line, atol=1e-9)


@pytest.mark.parametrize("s", [2, 4])
def test_aligned_corners(s):
    aligned = {"name": "bilinear", "align_corners": True, "scale": s}
    found = position_bias(probe(aligned))
    n = 28
    i = np.arange(n * s)
    place = (i * (n - 1) / (n * s - 1) + 0.5) * s - 0.5  # in fine pixels
    np.testing.assert_allclose(found.arrays["bias_x"][5], place - i, atol=1e-5)
    slope = 100 * (s * (n - 1) / (n * s - 1) - 1)
    assert found.numbers["stretch"][0] == pytest.approx(slope, abs=1e-4)
    assert found.numbers["jitter"][0] < 0.05


def test_keys_kernel_of_opencv_does_not_reproduce_a_ramp():
    taps = np.arange(-2, 4)
    place = (keys(taps - 0.75) * taps).sum()  # a fine pixel a quarter below pixel 1
    expected = 2 * abs(place - 0.75)
    assert numbers(probe("bicubic"))["jitter"] == pytest.approx(expected)


@pytest.mark.parametrize(
    "spec, bias",
    [
        ("avg_pool", 0),
        ("blur_pool", 0),
        ({"name": "blur_pool", "filter_size": 3}, -0.5),
        ("max_pool", 0.5),  # of a ramp the last pixel
        (Subsample(16), -0.5),
        ({"name": "avg_pool", "scale": 4}, 0),
    ],
    ids=str,
)
def test_downsamplers(spec, bias):
    found = numbers(probe(spec))
    assert found == pytest.approx(
        {"bias_x": bias, "bias_y": bias, "jitter": 0, "stretch": 0}, abs=1e-8
    )


def test_pairs():
    assert numbers(pair("haar", "haar_inverse"))["jitter"] == pytest.approx(0, abs=1e-9)
    found = numbers(pair({"name": "blur_pool", "filter_size": 3}, "bilinear"))
    assert found["bias_x"] == pytest.approx(-0.5)
    assert found["jitter"] == pytest.approx(0, abs=1e-9)


def test_holes_have_no_place():
    found = position_bias(probe("max_unpool"))
    assert np.isnan(found.arrays["bias_x"]).mean() == pytest.approx(0.75)
    assert found.numbers["bias_x"][0] == pytest.approx(0, abs=1e-9)


def test_not_defined_where_a_ramp_is_not_kept():
    assert all(math.isnan(v) for v in numbers(probe("patch_expand")).values())
