"""Similarity of queries and a window of keys, native against Paddle's operators, loops
and differences."""

import numpy as np
import paddle
import pytest

from paddle_resample.ops import similarity
from tests.kernels.test_reassemble import BORDERS, assert_equals_paddle
from tests.reference import reassemble as loops

pytestmark = pytest.mark.slow

CASES = (  # shape of the keys, k, scale
    ((2, 4, 3, 4), 5, 2),
    ((2, 6, 5, 21), 3, 3),
    ((1, 4, 7, 35), 1, 2),
    ((1, 33, 20, 70), 5, 2),
    ((2, 3, 9, 17), 3, 1),
)


def maps(rng, shape, scale, dtype):
    n, depth, h, w = shape
    query = rng.normal(size=(n, depth, h * scale, w * scale))
    return query.astype(dtype), rng.normal(size=shape).astype(dtype)


@BORDERS
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_equals_paddle(rng, switch, border, dtype):
    for shape, k, scale in CASES:
        for constant in ((), (0,), (1,)):
            assert_equals_paddle(
                switch,
                lambda q, key, k=k, s=scale: similarity(q, key, k, s, border),
                *maps(rng, shape, scale, dtype),
                constant=constant,
            )


@BORDERS
def test_equals_loops(rng, switch, border):
    switch(True)
    for shape, k, scale in CASES[:2]:
        query, key = maps(rng, shape, scale, "float64")
        s = similarity(paddle.to_tensor(query), paddle.to_tensor(key), k, scale, border)
        expected = loops.similarity(query, key, k, scale, border)
        np.testing.assert_allclose(s.numpy(), expected, rtol=0, atol=1e-12)


@BORDERS
def test_gradient(rng, switch, check_gradient, border):
    switch(True)
    query, key = maps(rng, (1, 4, 3, 4), 2, "float64")
    check_gradient(lambda q, k: similarity(q, k, 3, 2, border), query, key)


def test_it_is_the_native_kernel_that_runs(rng, switch):
    switch(True)
    query, key = maps(rng, (2, 4, 3, 4), 2, "float32")
    query = paddle.to_tensor(query, stop_gradient=False)
    s = similarity(query, paddle.to_tensor(key), 3, 2)
    assert "paddle_resample_similarity" in s.grad_fn.name()
