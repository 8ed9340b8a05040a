import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import PoolIndices, max_pool, max_unpool
from tests.reference import pool as loops

WINDOWS = [(2, 2, 0), (3, 3, 0), (3, 2, 1), (4, 4, 0)]
SIZES = [(8, 12), (9, 13), (4, 6, 5)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_pool_equals_loops(rng, size, window, dtype):
    x = rng.normal(size=(2, 3, *size)).astype(dtype)
    y, side = max_pool(paddle.to_tensor(x), *window)
    pooled, indices = loops.max_pool(x, *window)
    np.testing.assert_array_equal(y.numpy(), pooled)
    np.testing.assert_array_equal(side.indices.numpy(), indices)
    assert side.size == list(size)


def test_ceil_mode_keeps_the_incomplete_window(rng):
    x = rng.normal(size=(1, 2, 7, 9))
    if paddle.__version__.startswith("2."):
        with pytest.raises(
            UsageError, match=r"Paddle 2 ignores ceil_mode .*; use Padd"
        ):
            max_pool(paddle.to_tensor(x), 2, ceil_mode=True)
        return
    y, side = max_pool(paddle.to_tensor(x), 2, ceil_mode=True)
    pooled, indices = loops.max_pool(x, 2, 2, ceil_mode=True)
    assert list(y.shape)[2:] == [4, 5]
    np.testing.assert_array_equal(y.numpy(), pooled)
    np.testing.assert_array_equal(side.indices.numpy(), indices)


def test_first_of_equal_values_wins():
    x = paddle.to_tensor([[[[1.0, 2.0, 5.0, 5.0], [2.0, 2.0, 5.0, 5.0]]]])
    _, side = max_pool(x, 2)
    assert side.indices.numpy().ravel().tolist() == [1, 2]
    flat, side = max_pool(paddle.full([1, 1, 4, 6], -3.0), 2)
    assert side.indices.numpy().ravel().tolist() == [0, 2, 4, 12, 14, 16]
    assert (flat.numpy() == -3).all()


@pytest.mark.parametrize("value", [float("nan"), float("-inf")], ids=str)
def test_no_position_lies_outside_the_map(value):
    """Not even where no value is the largest: unpooling would write there."""
    for sides in ([4, 4], [4, 4, 4]):
        pooled, side = max_pool(paddle.full([1, 2, *sides], value), 2)
        assert (side.indices.numpy() >= 0).all()
        y = max_unpool(pooled, side).numpy()
        assert not y[..., 1::2, 1::2].any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_unpool_equals_loops(rng, size, window, dtype):
    x = rng.normal(size=(2, 3, *size)).astype(dtype)
    pooled, side = max_pool(paddle.to_tensor(x), *window)
    y = max_unpool(pooled, side).numpy()
    expected = loops.max_unpool(pooled.numpy(), side.indices.numpy(), size)
    np.testing.assert_array_equal(y, expected)


def test_unpool_takes_other_values_than_the_pooled_ones(rng):
    _, side = max_pool(paddle.to_tensor(rng.normal(size=(2, 3, 6, 9))), 3)
    x = rng.normal(size=(2, 3, 2, 3))
    y = max_unpool(paddle.to_tensor(x), side).numpy()
    np.testing.assert_array_equal(
        y, loops.max_unpool(x, side.indices.numpy(), side.size)
    )


def test_gradient(rng, check_gradient):
    x = rng.permutation(60).reshape(1, 2, 5, 6) / 10
    check_gradient(lambda x: max_pool(x, 2)[0], x)
    _, side = max_pool(paddle.to_tensor(x), 2)
    check_gradient(lambda x: max_unpool(x, side), rng.normal(size=(1, 2, 2, 3)))


def test_gradient_of_volumes(rng, check_gradient):
    x = rng.permutation(300).reshape(1, 2, 5, 6, 5) / 10
    check_gradient(lambda x: max_pool(x, 2)[0], x)
    _, side = max_pool(paddle.to_tensor(x), 2)
    check_gradient(lambda x: max_unpool(x, side), rng.normal(size=(1, 2, 2, 3, 2)))


def test_error_names_the_remedy():
    _, side = max_pool(paddle.ones([1, 2, 4, 4]), 2)
    with pytest.raises(UsageError, match=r"x is \[1, 1, 2, 2\] but .* \[1, 2, 2, 2\]"):
        max_unpool(paddle.ones([1, 1, 2, 2]), PoolIndices(side.indices, side.size))
