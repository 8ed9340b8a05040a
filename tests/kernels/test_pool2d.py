"""Pooling by windows against Paddle's own; equal to the last bit."""

import numpy as np
import paddle
import paddle.nn.functional as F
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paddle import nn

from paddle_resample.kernels import layers
from tests.kernels.test_layers import is_native, run

random_cases = settings(max_examples=60, deadline=None, database=None, derandomize=True)


@pytest.fixture(autouse=True)
def seed():
    paddle.seed(5)


@st.composite
def cases(draw):
    kernel = draw(st.lists(st.integers(1, 4), min_size=2, max_size=2))
    padding = [draw(st.integers(0, kernel[axis] - 1)) for axis in (0, 0, 1, 1)]
    if draw(st.booleans()):
        padding = padding[::2]
    return {
        "shape": draw(st.lists(st.integers(1, 3), min_size=2, max_size=2))
        + draw(st.lists(st.integers(4, 40), min_size=2, max_size=2)),
        "kernel_size": kernel,
        "stride": draw(st.lists(st.integers(1, 4), min_size=2, max_size=2)),
        "padding": padding,
    }


@pytest.mark.parametrize("mean", [True, False])
def test_equals_paddle(native_networks, mean):
    """Also where values of a window are the same, which have one gradient."""

    @random_cases
    @given(cases(), st.booleans(), st.booleans())
    def check(case, exclusive, few):
        case = dict(case)
        x = paddle.randn(case.pop("shape"))
        x = x.round() if few else x

        def pool(x):
            if mean:
                return F.avg_pool2d(x, exclusive=exclusive, **case)
            return F.max_pool2d(x, **case)

        results = []
        for on in (False, True):
            native_networks(on)
            y, made = run(pool, [x])
            assert is_native(y) is on
            results.append(made)
        for a, b in zip(*results):
            np.testing.assert_array_equal(a.numpy(), b.numpy())

    check()


@pytest.mark.parametrize("pool", [F.avg_pool2d, F.max_pool2d])
def test_second_gradients(native_networks, pool):
    """dx is a linear function of dy, whose transpose a second gradient is."""
    x, dy = paddle.randn([2, 3, 9, 8]), paddle.randn([2, 3, 5, 4])
    x.stop_gradient = dy.stop_gradient = False
    y = pool(x, 3, 2, 1)
    assert is_native(y)
    (dx,) = paddle.grad([y], [x], [dy], create_graph=True)
    other = paddle.randn(x.shape)
    (of_dy,) = paddle.grad([dx], [dy], [other])
    one = paddle.zeros(dy.shape)
    for position in ((0, 0, 0, 0), (0, 1, 2, 3), (1, 2, 4, 1)):
        one[position] = 1.0
        (column,) = paddle.grad([pool(x, 3, 2, 1)], [x], [one])
        expected = float((column * other).sum())
        np.testing.assert_allclose(float(of_dy[position]), expected, rtol=1e-5)
        one[position] = 0.0


def test_what_is_not_finite(native_networks):
    x = paddle.randn([1, 2, 8, 8])
    x[0, 0, 1, 1], x[0, 0, 4, 4], x[0, 1, 3, 3] = np.nan, np.inf, -np.inf
    for pool in (F.avg_pool2d, F.max_pool2d):
        native_networks(True)
        got = pool(x, 3, 2, 1).numpy()
        native_networks(False)
        np.testing.assert_array_equal(got, pool(x, 3, 2, 1).numpy())


def test_what_it_does_not_do_is_left_to_paddle(native_networks, monkeypatch):
    x = paddle.randn([2, 4, 9, 8])
    x.stop_gradient = False
    others = [
        F.max_pool2d(x, 2, ceil_mode=True),
        F.avg_pool2d(x, 2, padding="SAME"),
        F.avg_pool2d(x, 2, data_format="NHWC"),
        F.adaptive_avg_pool2d(x, 4),
        F.max_pool2d(x, 2, return_mask=True)[0],
        F.max_pool2d(x.astype("float64"), 2),
    ]
    for position, y in enumerate(others):
        assert not is_native(y), position
    assert is_native(F.avg_pool2d(x[:, :, :8], 2, ceil_mode=True))
    assert is_native(nn.MaxPool2D(2)(x))
    monkeypatch.setitem(layers._FEW, "pool2d", x.size + 1)
    assert not is_native(nn.MaxPool2D(2)(x))


PROGRAM = """
import paddle.nn.functional as F
from paddle_resample.kernels.networks import use_native_layers

use_native_layers()
x = paddle.randn([3, 20, 61, 70])
enter(lambda x: F.avg_pool2d(x, 3, 2, 1), x)
enter(lambda x: F.max_pool2d(x, 2), x)
print(numbers.hexdigest())
"""


def test_results_do_not_depend_on_threads(words_of):
    assert words_of(PROGRAM, 1) == words_of(PROGRAM, 3)
