"""The largest along an axis has Paddle's values and gradients, and takes less time."""

import time

import numpy as np
import paddle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

random_cases = settings(max_examples=40, deadline=None, database=None, derandomize=True)


def run(x, axis, keepdim):
    x = x.detach()
    x.stop_gradient = False
    y = paddle.max(x, axis, keepdim)
    (y * y).sum().backward()
    return y, x.grad


def is_ours(y):
    return "max_over_axis" in y.grad_fn.name()


def test_max(native_networks):
    """Few whole numbers, so that many values are the largest."""

    @random_cases
    @given(st.lists(st.integers(1, 7), min_size=1, max_size=4), st.data())
    def check(shape, data):
        rank = len(shape)
        axis = data.draw(st.integers(-rank, rank - 1))
        axis = [axis] if data.draw(st.booleans()) else axis
        keepdim = data.draw(st.booleans())
        x = paddle.randint(-2, 3, shape).astype("float32")
        results = []
        for on in (False, True):
            native_networks(on)
            y, dx = run(x, axis, keepdim)
            assert is_ours(y) is on
            results.append((y.numpy(), dx.numpy()))
        for a, b in zip(*results):
            np.testing.assert_allclose(a, b, rtol=1e-6)

    check()


def test_second_gradients(native_networks):
    """dx is a linear function of dy, whose transpose a second gradient is."""
    x = paddle.randint(-2, 3, [2, 5, 3, 4]).astype("float32")
    dy, other = paddle.randn([2, 3, 4]), paddle.randn(x.shape)
    x.stop_gradient = dy.stop_gradient = False
    y = paddle.max(x, 1)
    assert is_ours(y)
    (dx,) = paddle.grad([y], [x], [dy], create_graph=True)
    (of_dy,) = paddle.grad([dx], [dy], [other])
    (shares,) = paddle.grad([paddle.max(x, 1)], [x], [paddle.ones(y.shape)])
    np.testing.assert_allclose(of_dy.numpy(), (shares * other).sum(1), rtol=1e-5)


def test_what_is_no_number_is_the_largest(native_networks):
    x = paddle.randn([2, 3, 40])
    x[0, 1, 7], x[1, 0, 3], x[1, 2, 3] = np.nan, np.inf, -np.inf
    x.stop_gradient = False
    y = paddle.max(x, 1)
    assert is_ours(y)
    np.testing.assert_array_equal(y.numpy(), x.numpy().max(1))


def test_without_a_gradient_it_is_native_too(native_networks):
    x = paddle.randn([2, 3, 40])
    results = []
    for on in (False, True):
        native_networks(on)
        results.append(paddle.max(x, [1], keepdim=True).numpy())
    np.testing.assert_array_equal(*results)


def test_a_map_s_channels_take_less_time(native_networks):
    x = paddle.randn([2, 96, 32, 32])
    took = []
    for on in (True, False):
        native_networks(on)
        begin = time.process_time()
        run(x, 1, True)
        took.append(time.process_time() - begin)
    # Paddle 2.6's own gradient is quick.
    assert took[0] < took[1] or paddle.__version__.startswith("2.")


def test_what_it_does_not_do_is_left_to_paddle(native_networks):
    x = paddle.randn([3, 4])
    assert paddle.max(x, 1).stop_gradient
    x.stop_gradient = False
    with paddle.no_grad():
        assert paddle.max(x, 1).stop_gradient
    for y in (paddle.max(x), paddle.max(x, [0, 1]), paddle.max(x.astype("float64"), 1)):
        assert not is_ours(y)
    with pytest.raises((ValueError, OSError, RuntimeError)):
        paddle.max(x, 2)


PROGRAM = """
import paddle
from paddle_resample.kernels.networks import use_native_layers

use_native_layers()
x = paddle.randint(0, 9, [2, 7, 61, 70]).astype("float32")
enter(lambda x: paddle.max(x, 1), x)
print(numbers.hexdigest())
"""


def test_results_do_not_depend_on_threads(words_of):
    assert words_of(PROGRAM, 1) == words_of(PROGRAM, 3)
