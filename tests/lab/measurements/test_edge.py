import math

import numpy as np
import pytest

from paddle_resample.lab.measurements.edge import step_edge
from paddle_resample.lab.probe import Probe, pair, probe
from tests.lab.known_operators import IdealUp, Subsample, keys


def numbers(one):
    return {k: v[0] for k, v in step_edge(one).numbers.items()}


def test_nearest_keeps_the_step():
    found = step_edge(probe("nearest"))
    np.testing.assert_allclose(found.arrays["at"], np.arange(-10, 10) + 0.5)
    np.testing.assert_allclose(found.arrays["profile"], found.arrays["at"] > 0)
    assert numbers(probe("nearest")) == pytest.approx(
        {"edge_width": 0.8, "overshoot": 0, "edge_shift": 0}, abs=1e-9
    )


def test_bilinear_is_a_ramp():
    """0, 1/4, 3/4, 1 a pixel apart: 10 % lies 0.6 pixels before the first quarter."""
    found = numbers(probe("bilinear"))
    assert found["edge_width"] == pytest.approx(2.2)
    assert found["overshoot"] == pytest.approx(0, abs=1e-9)
    larger = numbers(probe({"name": "bilinear", "scale": 4}))
    assert larger["edge_width"] == pytest.approx(3.4)  # 1/8, 3/8 ... at scale 4


def test_bicubic_overshoots():
    places = (np.arange(-8, 8) + 0.5) / 2 - 0.5  # coarse; the edge stands before 0
    made = [keys(p - np.arange(0, 12)).sum() for p in places]
    found = step_edge(probe("bicubic"))
    assert found.numbers["overshoot"][0] == pytest.approx(100 * (max(made) - 1))
    np.testing.assert_allclose(found.arrays["profile"][2:-2], made, atol=1e-12)


def test_gibbs():
    """The ideal overshoots by about 9 %, more between the samples that are seen."""
    one = Probe("ideal", IdealUp(2), probe("avg_pool", channels=2).down)
    found = numbers(one)
    assert 5 < found["overshoot"] < 15 and abs(found["edge_shift"]) < 0.2


def test_box_downsampling_seen_at_every_place_of_the_edge():
    found = step_edge(probe({"name": "avg_pool", "scale": 4}))
    at, profile = found.arrays["at"], found.arrays["profile"]
    np.testing.assert_allclose(profile, np.clip(at / 4 + 0.5, 0, 1), atol=1e-12)
    assert np.diff(at) == pytest.approx(1)
    assert found.numbers["edge_width"][0] == pytest.approx(3.2)


@pytest.mark.parametrize(
    "spec, shift",
    [
        ("avg_pool", 0),
        ({"name": "blur_pool", "filter_size": 3}, 0.5),
        ("max_pool", -0.5),  # what is bright grows
        (Subsample(16), 0.5),
    ],
    ids=str,
)
def test_an_edge_moves_against_the_bias(spec, shift):
    assert numbers(probe(spec))["edge_shift"] == pytest.approx(shift, abs=1e-9)


def test_pairs():
    found = numbers(pair("haar", "haar_inverse"))
    assert found["edge_width"] == pytest.approx(0.8)
    blurred = numbers(pair("avg_pool", "bilinear"))
    assert 2.2 < blurred["edge_width"] < 3.5
    assert blurred["edge_shift"] == pytest.approx(0, abs=1e-9)


def test_the_sign_of_a_channel_does_not_matter():
    one = probe({"name": "conv_transpose", "init": "bilinear", "kernel_size": 4})
    weight = one.up.conv.weight
    weight.set_value(
        weight * np.where(np.arange(16) % 2, -1.0, 1.0)[:, None, None, None]
    )
    assert numbers(one)["edge_width"] == pytest.approx(2.2, abs=1e-6)


def test_a_dropped_constant():
    found = step_edge(probe("patch_merge"))
    assert all(math.isnan(v) for v, _ in found.numbers.values())
    assert found.arrays == {}
