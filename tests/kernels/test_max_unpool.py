"""Unpooling of maxima, native against Paddle's operator; equal to the last bit."""

import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import PoolIndices, max_pool, max_unpool
from tests.reference import pool as loops

pytestmark = pytest.mark.slow

SIZES = [(8, 12), (9, 13), (64, 66), (4, 6, 5)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("window", [(2, 2, 0), (3, 2, 1)], ids=str)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_equals_paddle_and_loops(rng, switch, size, window, dtype):
    x = paddle.to_tensor(rng.normal(size=(3, 5, *size)).astype(dtype))
    _, side = max_pool(x, *window)
    values = rng.normal(size=side.indices.shape).astype(dtype)
    weights = rng.normal(size=x.shape).astype(dtype)
    results = []
    for on in (False, True):
        switch(on)
        z = paddle.to_tensor(values, stop_gradient=False)
        y = max_unpool(z, side)
        assert ("paddle_resample_max_unpool" in y.grad_fn.name()) == on
        (y * paddle.to_tensor(weights)).sum().backward()
        results.append((y.numpy(), z.grad.numpy()))
    for a, b in zip(*results):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    expected = loops.max_unpool(values, side.indices.numpy(), size)
    np.testing.assert_array_equal(results[1][0], expected)


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_positions_of_either_type(rng, switch, dtype):
    switch(True)
    _, side = max_pool(paddle.to_tensor(rng.normal(size=(2, 3, 6, 9))), 3)
    x = rng.normal(size=(2, 3, 2, 3))
    side = PoolIndices(side.indices.astype(dtype), side.size)
    y = max_unpool(paddle.to_tensor(x), side).numpy()
    expected = loops.max_unpool(x, side.indices.numpy(), side.size)
    np.testing.assert_array_equal(y, expected)


def test_gradient(rng, switch, check_gradient):
    switch(True)
    x = rng.permutation(60).reshape(1, 2, 5, 6) / 10
    _, side = max_pool(paddle.to_tensor(x), 2)
    check_gradient(lambda x: max_unpool(x, side), rng.normal(size=(1, 2, 2, 3)))
    check_gradient(lambda x: max_unpool(*max_pool(x, 2)), x)


@pytest.mark.parametrize("position", [-1, 16, 10**9])
def test_a_position_outside_the_map_is_refused(switch, position):
    switch(True)
    indices = np.zeros((1, 2, 2, 2), "int32")
    indices[0, 1, 1, 0] = position
    side = PoolIndices(paddle.to_tensor(indices), [4, 4])
    with pytest.raises(UsageError, match="do not all lie among the 16 pixels"):
        max_unpool(paddle.ones([1, 2, 2, 2]), side)
