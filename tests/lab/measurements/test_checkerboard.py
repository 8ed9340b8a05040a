import numpy as np
import paddle
import pytest

from paddle_resample import build
from paddle_resample.lab.measurements.checkerboard import checkerboard
from paddle_resample.lab.measurements.frequency import frequency
from paddle_resample.lab.probe import pair, probe
from tests.lab.known_operators import Subsample

ONES = {"kernel_size": 3, "groups": 4, "bias": False}
# One, two, two and four stamps or readings of 3x3 ones at stride 2.
UNEVEN = 100 * np.sqrt(1.1875) / 2.25


def measured(one):
    found = checkerboard(one, frequency(one))
    return [value for value, _ in found.numbers.values()], found.arrays["phase_means"]


def of_ones(name, **given):
    layer = build({"name": name, **given}, 4)
    for parameter in layer.parameters():
        parameter.set_value(paddle.ones_like(parameter))
    return probe(layer)


@pytest.mark.parametrize("name", ["nearest", "bilinear", "bicubic", "avg_pool", "haar"])
def test_interpolation_makes_none(name):
    (constant, noise), phases = measured(probe(name))
    assert constant == pytest.approx(0, abs=1e-6) and noise == pytest.approx(
        0, abs=1e-9
    )
    np.testing.assert_allclose(phases, 1, atol=1e-9)


def test_uneven_overlap():
    """Odena et al. 2016: kernel 3, stride 2."""
    (constant, noise), phases = measured(of_ones("conv_transpose", **ONES))
    assert constant == pytest.approx(UNEVEN)
    # H(f) = (1 + 2 cos 2 pi f) / 2 along each axis.
    at_stride = (2 * (0.5 * 1.5) ** 2 + 0.5**4) / 3
    assert noise == pytest.approx(at_stride / (3 / 4) ** 2, rel=1e-5)
    assert sorted(phases.ravel() * 2.25) == pytest.approx([1, 2, 2, 4])


def test_uneven_reading_makes_it_in_the_gradient():
    (constant, _), _ = measured(of_ones("depthwise_conv", kernel_size=3))
    assert constant == pytest.approx(UNEVEN)


def test_even_overlap_makes_none():
    even = of_ones("conv_transpose", **{**ONES, "kernel_size": 4})
    assert measured(even)[0] == pytest.approx([0, 0], abs=1e-6)


def test_a_start_that_repeats_makes_none():
    """Aitken et al. 2017: ICNR against a random start."""
    assert measured(probe("pixel_shuffle"))[0] == pytest.approx([0, 0], abs=1e-5)
    constant, noise = measured(probe({"name": "pixel_shuffle", "init": "torch"}))[0]
    assert constant > 50 and 0.5 < noise < 1.5


def test_subsampling_gives_its_gradient_to_one_of_four():
    (constant, noise), phases = measured(probe(Subsample(4)))
    assert constant == pytest.approx(100 * 3**0.5) and noise == pytest.approx(1)
    np.testing.assert_allclose(phases, [[4, 0], [0, 0]], atol=1e-9)


def test_perfect_reconstruction_makes_none():
    constant, noise = measured(pair("haar", "haar_inverse"))[0]
    assert constant == pytest.approx(0, abs=1e-6) and noise == pytest.approx(
        0, abs=1e-6
    )
