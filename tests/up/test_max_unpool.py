import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.down import MaxPool
from paddle_resample.up import MaxUnpool
from tests.reference import pool


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(12, 24), (13, 19), (4, 8, 4), (5, 9, 7)], ids=str)
def test_keeps_the_maxima_and_nothing_else(rng, size, scale):
    x = rng.normal(size=(2, 3, *size))
    options = {"scale": scale, "data_format": "NCHW" if len(size) == 2 else "NCDHW"}
    pooled, side = MaxPool(3, **options).record(paddle.to_tensor(x))
    y = MaxUnpool(3, **options)(pooled, side=side).numpy()
    expected = pool.max_unpool(*pool.max_pool(x, scale, scale), size)
    np.testing.assert_array_equal(y, expected)
    kept = y != 0
    np.testing.assert_array_equal(y[kept], x[kept])
    assert kept.sum() == 6 * np.prod([n // scale for n in size])


def test_overlapping_windows_return_each_maximum_once(rng):
    x = rng.normal(size=(1, 2, 9, 11))
    pooled, side = MaxPool(2, kernel_size=3).record(paddle.to_tensor(x))
    y = MaxUnpool(2)(pooled, side=side).numpy()
    np.testing.assert_array_equal(y[y != 0], x[y != 0])
    assert set(y[y != 0]) == set(pooled.numpy().ravel())


@pytest.mark.parametrize("size", [(9, 13), (8, 12), (10, 14)], ids=str)
def test_size_crops_or_repeats_the_recorded_one(rng, size):
    pooled, side = MaxPool(1).record(paddle.to_tensor(rng.normal(size=(1, 1, 9, 13))))
    y = MaxUnpool(1)(pooled, side=side).numpy()
    rows = np.minimum(np.arange(size[0]), 8)
    columns = np.minimum(np.arange(size[1]), 12)
    fitted = MaxUnpool(1)(pooled, side=side, size=size).numpy()
    np.testing.assert_array_equal(fitted, y[:, :, rows][..., columns])


@pytest.mark.parametrize("size", [(5, 9, 7), (4, 10, 7), (6, 8, 8)], ids=str)
def test_size_crops_or_repeats_a_volume(rng, size):
    pooled, side = MaxPool(1, data_format="NCDHW").record(
        paddle.to_tensor(rng.normal(size=(1, 1, 5, 9, 7)))
    )
    layer = MaxUnpool(1, data_format="NCDHW")
    y = layer(pooled, side=side).numpy()
    fitted = layer(pooled, side=side, size=size).numpy()
    for axis, n in enumerate(size):
        y = y.take(np.minimum(np.arange(n), y.shape[2 + axis] - 1), 2 + axis)
    np.testing.assert_array_equal(fitted, y)


def test_error_names_the_remedy():
    with pytest.raises(UsageError, match="max_unpool: called without side, the pool_i"):
        MaxUnpool(1)(paddle.ones([1, 1, 2, 2]))
