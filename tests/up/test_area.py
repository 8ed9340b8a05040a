import numpy as np
import paddle
import pytest

from paddle_resample.up import Area
from tests.reference import interpolate as loops


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_integer_scale_is_nearest(rng, scale):
    x = rng.normal(size=(2, 3, 4, 5))
    y = Area(3, scale=scale)(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, loops.nearest(x, (4 * scale, 5 * scale)), atol=1e-12)


@pytest.mark.parametrize("size", [(7, 9), (11, 6), (3, 2), (1, 1)], ids=str)
def test_any_size_equals_loops(rng, size):
    x = rng.normal(size=(2, 3, 4, 5))
    y = Area(3)(paddle.to_tensor(x), size=size).numpy()
    np.testing.assert_allclose(y, loops.area(x, size), rtol=0, atol=1e-12)
