import numpy as np
import paddle
import pytest

from paddle_resample.ops import joint_bilateral
from tests.reference import interpolate
from tests.reference import joint_bilateral as loops


@pytest.mark.parametrize("dtype, tolerance", [("float32", 1e-5), ("float64", 1e-12)])
@pytest.mark.parametrize("radius", [0, 1, 2])
@pytest.mark.parametrize("fine", [(8, 10), (7, 11), (9, 10), (4, 5), (12, 15)], ids=str)
def test_equals_loops(rng, fine, radius, dtype, tolerance):
    x = rng.normal(size=(2, 3, 4, 5)).astype(dtype)
    guide = rng.normal(size=(2, 2, *fine)).astype(dtype)
    options = (radius, 0.7, 0.8)
    y = joint_bilateral(paddle.to_tensor(x), paddle.to_tensor(guide), *options)
    assert str(y.dtype).endswith(dtype)
    expected = loops.joint_bilateral(x.astype("float64"), guide, *options)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=tolerance)


def test_gradient(rng, check_gradient):
    x, guide = rng.normal(size=(1, 2, 3, 4)), rng.normal(size=(1, 2, 5, 8))
    check_gradient(lambda x, g: joint_bilateral(x, g, 1, 0.7, 0.8), x, guide)


@pytest.mark.parametrize("sigma", [1e-3, 1e3])
def test_constant_stays_constant_where_every_weight_would_underflow(rng, sigma):
    guide = paddle.to_tensor(100 * rng.normal(size=(1, 3, 9, 9)).astype("float32"))
    x = paddle.full([1, 2, 4, 5], 2.5)
    y = joint_bilateral(x, guide, 2, 0.5, sigma).numpy()
    np.testing.assert_allclose(y, 2.5, rtol=1e-6)


def test_narrow_in_space_is_nearest_and_wide_is_the_mean(rng):
    x = rng.normal(size=(1, 2, 4, 5)).astype("float32")
    guide = paddle.to_tensor(rng.normal(size=(1, 1, 8, 10)).astype("float32"))
    y = joint_bilateral(paddle.to_tensor(x), guide, 2, 0.01, 1e3).numpy()
    np.testing.assert_allclose(y, interpolate.nearest(x, (8, 10)), rtol=1e-5)
    y = joint_bilateral(paddle.to_tensor(x), guide, 5, 1e3, 1e3).numpy()
    mean = np.broadcast_to(x.mean((2, 3), keepdims=True), y.shape)
    np.testing.assert_allclose(y, mean, atol=1e-5)


def test_follows_an_edge_that_the_coarse_grid_does_not_see():
    """The guide's edge lies inside a coarse pixel: no value between the sides."""
    guide = np.zeros((1, 1, 8, 16), "float32")
    guide[..., 7:] = 1.0
    x = paddle.to_tensor(guide[:, :, ::4, 1::4] * 5)
    y = joint_bilateral(x, paddle.to_tensor(guide), 2, 0.7, 0.05).numpy()
    np.testing.assert_allclose(y, 5 * guide, atol=1e-3)
    assert np.abs(interpolate.linear(x.numpy(), (8, 16)) - 5 * guide).max() > 1


def test_half_precision_weights_are_formed_in_float32(rng):
    x = rng.normal(size=(1, 2, 3, 4))
    guide = rng.normal(size=(1, 2, 6, 8))
    wide = loops.joint_bilateral(x, guide, 2, 0.5, 0.1)
    y = joint_bilateral(
        paddle.to_tensor(x.astype("float32")),
        paddle.to_tensor(guide.astype("float32")).astype("bfloat16"),
        sigma_range=0.1,
    ).numpy()
    assert np.isfinite(y).all()
    assert np.abs(y - wide).mean() < 0.1
