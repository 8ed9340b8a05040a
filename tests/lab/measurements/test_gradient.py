import numpy as np
import paddle
import pytest

from paddle_resample import build
from paddle_resample.lab.measurements.gradient import gradient_flow
from paddle_resample.lab.probe import probe
from tests.lab.known_operators import Subsample


def numbers(one):
    return [value for value, _ in gradient_flow(one).numbers.values()]


@pytest.mark.parametrize(
    "name, each", [("nearest", 4), ("avg_pool", 0.25), ("haar", 0.5)]
)
def test_even(name, each):
    found = gradient_flow(probe(name))
    assert numbers(probe(name)) == pytest.approx([0, 0], abs=1e-9)
    np.testing.assert_allclose(found.arrays["gradient_map"], each)


@pytest.mark.parametrize("spec", ["max_pool", Subsample(16)], ids=str)
def test_one_of_four_gets_all(spec):
    assert numbers(probe(spec)) == pytest.approx([100 * 3**0.5, 75])


def test_uneven_reading():
    """Odena et al. 2016: 3x3 at stride 2 reads pixels once, twice or four times."""
    layer = build({"name": "depthwise_conv", "kernel_size": 3}, 4)
    for parameter in layer.parameters():
        parameter.set_value(paddle.ones_like(parameter))
    assert numbers(probe(layer)) == pytest.approx([100 * 1.1875**0.5 / 2.25, 0])


def test_bilinear_loses_nothing_at_the_border():
    """What is read twice at the border is not read outside."""
    found = gradient_flow(probe("bilinear")).arrays["gradient_map"]
    np.testing.assert_allclose(found, 4)
