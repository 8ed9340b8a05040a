import math

import numpy as np
import paddle
import pytest

from paddle_resample import build
from paddle_resample.lab.measurements.partition import partition
from paddle_resample.lab.probe import pair, probe


def numbers(one):
    return [value for value, _ in partition(one).numbers.values()]


@pytest.mark.parametrize("name", ["nearest", "bilinear", "bicubic", "avg_pool", "lip"])
def test_weights_that_sum_to_one(name):
    assert numbers(probe(name)) == pytest.approx([1, 0, 0, 0], abs=1e-9)


def test_haar_doubles():
    assert numbers(probe("haar"))[:2] == pytest.approx([2, 100])
    assert numbers(pair("haar", "haar_inverse")) == pytest.approx(
        [1, 0, 0, 0], abs=1e-9
    )


def test_unpooling_leaves_three_of_four_empty():
    gain, error, border, width = numbers(probe("max_unpool"))
    assert gain == pytest.approx(0.25) and error == pytest.approx(100 * 0.75**0.5)
    assert (border, width) == (0, 0)


def test_zeros_outside():
    """CARAFE starts near a 5x5 box: two of five rows and columns are lost."""
    found = partition(probe("carafe"))
    values = {k: v[0] for k, v in found.numbers.items()}
    assert values["border_error"] == pytest.approx(64, abs=0.5)
    assert values["border_width"] == 4
    gain = found.arrays["gain_map"]
    assert gain[0, 0] == pytest.approx(0.36, abs=0.01)
    assert gain[20, 0] == pytest.approx(0.6, abs=0.01)
    assert gain[20, 2] == pytest.approx(0.8, abs=0.01)


def test_channels_are_weighed_by_their_gain():
    """A sign or a factor of a channel changes no map; the bias neither."""
    layer = build({"name": "conv_transpose", "groups": 4}, 4)
    scales = np.array([1.0, -2.0, 0.5, 3.0])
    weight = np.array([[1.0, 0.5], [0.5, 2.0]]) * scales[:, None, None, None]
    layer.conv.weight.set_value(paddle.to_tensor(weight.astype("float32")))
    found = partition(probe(layer))
    assert found.numbers["gain"][0] == pytest.approx(np.sqrt((scales**2).mean()))
    expected = np.tile([[1.0, 0.5], [0.5, 2.0]], (28, 28))
    np.testing.assert_allclose(found.arrays["gain_map"], expected)


def test_a_dropped_constant():
    gain, _, border, width = numbers(probe("patch_merge"))
    assert gain == pytest.approx(0, abs=1e-6)
    assert math.isnan(border) and math.isnan(width)
