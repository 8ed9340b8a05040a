import numpy as np
import paddle
import pytest

from paddle_resample import ops
from paddle_resample.down import AvgPool
from tests.reference import pool


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(12, 24), (13, 19)], ids=str)
def test_equals_loops(rng, size, scale):
    x = rng.normal(size=(2, 3, *size))
    y, side = AvgPool(3, scale=scale).record(paddle.to_tensor(x))
    assert side is None
    np.testing.assert_allclose(y.numpy(), pool.avg_pool(x, scale), rtol=0, atol=1e-12)


def test_half_is_bilinear_resizing(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 6, 8)))
    y = ops.interpolate(x, scale=0.5, mode="bilinear", align_corners=False)
    np.testing.assert_allclose(AvgPool(2)(x).numpy(), y.numpy(), rtol=0, atol=1e-12)


def test_nearest_upsampling_is_undone(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 3, 4)))
    y = AvgPool(2, scale=3)(ops.interpolate(x, scale=3, mode="nearest"))
    np.testing.assert_allclose(y.numpy(), x.numpy(), rtol=0, atol=1e-12)
