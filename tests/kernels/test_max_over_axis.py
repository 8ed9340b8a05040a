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
    return "MaxOverAxis" in y.grad_fn.name()


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
