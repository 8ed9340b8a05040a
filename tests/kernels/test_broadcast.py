"""Arithmetic on tensors of two shapes has Paddle's values and exact gradients."""

import numpy as np
import paddle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

random_cases = settings(max_examples=60, deadline=None, database=None, derandomize=True)
FUNCTIONS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
}


def asking(x):
    x.stop_gradient = False
    return x


def is_ours(y):
    return "paddle_resample_broadcast" in y.grad_fn.name()


@st.composite
def shapes(draw):
    """Two different shapes that fit each other."""
    made = draw(st.lists(st.sampled_from([1, 2, 3, 7, 16, 33]), min_size=1, max_size=4))
    pair = []
    for _ in range(2):
        shape = [draw(st.sampled_from([1, side])) for side in made]
        pair.append(shape[draw(st.integers(0, len(made))) :])
    return pair


def numbers(pair):
    """a, b, dy and what the gradients of a and b are weighted by; far from 0."""
    rng = np.random.default_rng(5)
    made = np.broadcast_shapes(*map(tuple, pair))
    shapes = *pair, made, *pair
    return [rng.uniform(0.5, 2, shape).astype("float32") for shape in shapes]


def gradients(function, a, b, dy, of_da, of_db):
    """y, da, db, and the gradients of their weighted sum; in the numbers' type."""
    a, b, dy = (asking(paddle.to_tensor(x)) for x in (a, b, dy))
    y = function(a, b)
    da, db = paddle.grad([y], [a, b], [dy], create_graph=True)
    weighted = (da * paddle.to_tensor(of_da)).sum() + (
        db * paddle.to_tensor(of_db)
    ).sum()
    second = paddle.grad([weighted], [a, b, dy], allow_unused=True)
    return y, [x if x is None else x.numpy() for x in (y, da, db, *second)]


def exact_gradients(function, given):
    """Those of Paddle in float64, of tensors that were given the whole shape before:
    Paddle 2.6's second gradient of a quotient is wrong where it does that itself."""
    made = given[2].shape

    def of_whole(a, b):
        return function(a.expand(made), b.expand(made))

    return gradients(of_whole, *(x.astype("float64") for x in given))[1]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients(native_networks, name):
    """Those of Paddle in float64, first and second."""

    @random_cases
    @given(shapes())
    def check(pair):
        given = numbers(pair)
        native_networks(True)
        y, ours = gradients(FUNCTIONS[name], *given)
        assert is_ours(y) is (pair[0] != pair[1])
        native_networks(False)
        same = map(paddle.to_tensor, given[:2])
        np.testing.assert_array_equal(ours[0], FUNCTIONS[name](*same).numpy())
        exact = exact_gradients(FUNCTIONS[name], given)
        for found, expected in zip(ours, exact):
            if expected is None:  # of what does not depend on it
                assert found is None or not found.any()
                continue
            assert found.shape == expected.shape
            np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-5)

    check()


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    "pair", [([9000, 3], [3]), ([3, 9000], [3, 1]), ([1], [20011])]
)
def test_long_axes(native_networks, name, pair):
    """Which are taken in pieces, and summed in parts."""
    given = numbers(pair)
    y, ours = gradients(FUNCTIONS[name], *given)
    assert is_ours(y)
    native_networks(False)
    exact = exact_gradients(FUNCTIONS[name], given)
    for found, expected in zip(ours, exact):
        if expected is not None:
            np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_gradient_that_nobody_asks_for(native_networks, name):
    a, b = paddle.ones([2, 3, 40]), paddle.full([3, 1], 2.0)
    for one, other in ((a, b), (b, a)):
        x = asking(one.clone())
        y = FUNCTIONS[name](x, other) if one is a else FUNCTIONS[name](other, x)
        assert is_ours(y)
        y.sum().backward()
        assert x.grad.shape == x.shape and other.grad is None
        assert np.isfinite(x.grad.numpy()).all()


def test_views_are_read_as_they_look(native_networks):
    a = asking(paddle.randn([4, 6, 8]))
    b = asking(paddle.randn([6, 2]))
    views = a.transpose([2, 0, 1])[::2], b[:, 1]
    y = views[0] * views[1]
    assert is_ours(y)
    y.sum().backward()
    expected = a.numpy().transpose(2, 0, 1)[::2] * b.numpy()[:, 1]
    np.testing.assert_array_equal(y.numpy(), expected)
    assert a.grad.shape == a.shape and b.grad.numpy()[:, 0].any() == np.False_


def test_numbers_that_are_none(native_networks):
    a = paddle.to_tensor([[1.0, 0.0, -1.0], [np.inf, np.nan, 2.0]])
    b = paddle.to_tensor([0.0, 0.0, np.inf])
    for name, function in FUNCTIONS.items():
        native_networks(True)
        ours = function(a, b).numpy()
        native_networks(False)
        np.testing.assert_array_equal(ours, function(a, b).numpy(), name)


def test_what_it_does_not_do_is_left_to_paddle(native_networks):
    x = asking(paddle.ones([2, 3]))
    for y in (
        x + x,
        x * 2.0,
        1.0 - x,
        x / 2,
        x.astype("float64") + paddle.ones([3], "float64"),
    ):
        assert not is_ours(y)
    assert is_ours(x + paddle.ones([3]))
    with pytest.raises((ValueError, OSError, RuntimeError)):
        x + paddle.ones([2])
    x = paddle.ones([2, 3])
    x += paddle.ones([3])
    assert x.shape == [2, 3]


PROGRAM = """
from paddle_resample.kernels.networks import use_native_layers

use_native_layers()
for name in ("add", "subtract", "multiply", "divide"):
    for pair in ([2, 64, 40, 40], [2, 1, 40, 40]), ([96], [2, 900, 96]), ([70000], [1]):
        enter(getattr(paddle, name), *(paddle.rand(shape) + 0.5 for shape in pair))
print(numbers.hexdigest())
"""


def test_results_do_not_depend_on_threads(words_of):
    assert words_of(PROGRAM, 1) == words_of(PROGRAM, 3)
