import numpy as np
import paddle
import pytest

from paddle_resample.up import Bilinear
from tests.reference import interpolate as loops


@pytest.mark.parametrize("align_corners", [False, True], ids=["centres", "corners"])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_equals_loops(rng, scale, align_corners):
    x = rng.normal(size=(2, 3, 4, 5))
    layer = Bilinear(3, scale=scale, align_corners=align_corners)
    expected = loops.linear(x, (4 * scale, 5 * scale), align_corners)
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-6)


@pytest.mark.parametrize("align_corners", [False, True], ids=["centres", "corners"])
@pytest.mark.parametrize("size", [None, (5, 7, 6), (3, 2, 9)], ids=str)
def test_of_a_volume_is_trilinear(rng, size, align_corners):
    x = rng.normal(size=(1, 2, 3, 4, 2))
    layer = Bilinear(2, align_corners=align_corners, data_format="NCDHW")
    expected = loops.linear(x, size or (6, 8, 4), align_corners)
    y = layer(paddle.to_tensor(x), size=size).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-6)


def test_gradient_in_a_volume(rng, check_gradient):
    layer = Bilinear(2, data_format="NCDHW")
    check_gradient(lambda x: layer(x, size=(4, 3, 6)), rng.normal(size=(1, 2, 2, 2, 3)))


@pytest.mark.parametrize("size", [(7, 9), (11, 6), (3, 2)], ids=str)
def test_any_size_equals_loops(rng, size):
    x = rng.normal(size=(2, 3, 4, 5))
    y = Bilinear(3)(paddle.to_tensor(x), size=size).numpy()
    np.testing.assert_allclose(y, loops.linear(x, size), rtol=0, atol=3e-6)


def test_ramp_stays_a_ramp_between_the_border_centres():
    ramp = paddle.arange(6, dtype="float64").reshape([1, 1, 1, 6])
    y = Bilinear(1)(ramp).numpy()[0, 0, 0]
    np.testing.assert_allclose(y[1:-1], (np.arange(1, 11) + 0.5) / 2 - 0.5, atol=1e-12)
    assert (y[0], y[-1]) == (0, 5)
