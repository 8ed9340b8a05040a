import numpy as np
import paddle
import pytest

from paddle_resample.ops import nearest_warp
from tests.reference import interpolate
from tests.reference.sapa import bilinear


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_zero_offset_is_nearest(rng, scale):
    x = rng.normal(size=(2, 4, 3, 5))
    size = (3 * scale, 5 * scale)
    y = nearest_warp(paddle.to_tensor(x), paddle.zeros([2, 4, *size]), scale, 2)
    expected = interpolate.nearest(x, size)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=3e-6)


def test_equals_loops(rng):
    x = rng.normal(size=(1, 4, 3, 5))
    offset = rng.normal(size=(1, 4, 6, 10), scale=1.5)
    y = nearest_warp(paddle.to_tensor(x), paddle.to_tensor(offset), 2, 2).numpy()
    for group, i, j in np.ndindex(2, 6, 10):
        columns, rows = offset[0, group, i, j], offset[0, 2 + group, i, j]
        part = x[0, 2 * group : 2 * group + 2]
        expected = bilinear(part, (i // 2 + rows, j // 2 + columns))
        got = y[0, 2 * group : 2 * group + 2, i, j]
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12)


def test_gradient(rng, check_gradient):
    x, offset = rng.normal(size=(1, 2, 3, 3)), rng.uniform(0.1, 0.4, (1, 2, 6, 6))
    check_gradient(lambda x, o: nearest_warp(x, o, 2), x, offset)
