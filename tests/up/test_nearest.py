import numpy as np
import paddle
import pytest

from paddle_resample.up import Nearest
from tests.reference import interpolate as loops


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_repeats_every_pixel(rng, scale):
    x = rng.normal(size=(2, 3, 4, 5))
    y = Nearest(3, scale=scale)(paddle.to_tensor(x)).numpy()
    np.testing.assert_array_equal(y, x.repeat(scale, 2).repeat(scale, 3))


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_repeats_every_pixel_of_a_volume(rng, scale):
    x = rng.normal(size=(2, 3, 2, 1, 3))
    y = Nearest(3, scale=scale, data_format="NCDHW")(paddle.to_tensor(x)).numpy()
    expected = x.repeat(scale, 2).repeat(scale, 3).repeat(scale, 4)
    np.testing.assert_array_equal(y, expected)


def test_any_size_of_a_volume_equals_loops(rng):
    x = rng.normal(size=(2, 3, 2, 4, 5))
    layer = Nearest(3, data_format="NCDHW")
    y = layer(paddle.to_tensor(x), size=(3, 7, 4)).numpy()
    np.testing.assert_array_equal(y, loops.nearest(x, (3, 7, 4)))


@pytest.mark.parametrize("size", [(7, 9), (11, 6), (3, 2)], ids=str)
def test_any_size_equals_loops(rng, size):
    x = rng.normal(size=(2, 3, 4, 5))
    y = Nearest(3)(paddle.to_tensor(x), size=size).numpy()
    np.testing.assert_array_equal(y, loops.nearest(x, size))
