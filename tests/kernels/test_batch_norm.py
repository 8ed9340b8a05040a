"""Batch normalization and ReLU against Paddle's own, and against plain formulas."""

import numpy as np
import paddle
import paddle.nn.functional as F
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paddle import nn

from paddle_resample.kernels import layers

random_cases = settings(max_examples=40, deadline=None, database=None, derandomize=True)
sides = st.sampled_from([1, 2, 3, 7, 16, 17, 33, 70])
shapes = st.tuples(
    st.integers(1, 3), st.integers(1, 5), st.lists(sides, min_size=1, max_size=2)
)


@pytest.fixture(autouse=True)
def seed():
    paddle.seed(5)


def is_native(y):
    return "paddle_resample" in y.grad_fn.name()


def layer_of(channels, **options):
    """A layer over any number of axes, no statistic of it 0 or 1."""
    layer = nn.BatchNorm2D(channels, **options)
    layer._check_input_dim = lambda x: None
    for tensor in (layer.weight, layer.bias, layer._mean):
        tensor.set_value(paddle.randn([channels]))
    layer._variance.set_value(paddle.rand([channels]) + 0.5)
    return layer


def run(layer, x):
    """Its result, gradients of the result's square, and running statistics."""
    state = {k: v.clone() for k, v in layer.state_dict().items()}
    x = x.detach()
    x.stop_gradient = False
    layer.clear_gradients()
    y = layer(x)
    (y * y).sum().backward()
    kept = layer.weight.grad, layer.bias.grad, layer._mean, layer._variance
    kept = [t.clone() for t in kept]
    layer.set_state_dict(state)
    return y, [y, x.grad, *kept]


@pytest.mark.parametrize("how", ["training", "eval", "global"])
def test_batch_norm(native_networks, how):
    @random_cases
    @given(shapes, st.sampled_from([0.0, 30.0]), st.sampled_from([0.9, 0.3]))
    def check(shape, mean, momentum):
        samples, channels, rest = shape
        x = paddle.randn([samples, channels, *rest]) * 2 + mean
        fixed = how in ("eval", "global")
        if not fixed and x.size == channels:
            return  # one value a channel: Paddle leaves it as it is
        layer = layer_of(
            channels,
            momentum=momentum,
            use_global_stats=True if how == "global" else None,
        )
        if how == "eval":
            layer.eval()
        native_networks(False)
        y, expected = run(layer, x)
        assert not is_native(y)
        native_networks(True)
        y, got = run(layer, x)
        assert is_native(y)
        count = x.size / channels
        # Of two values the normalized ones are -1 and 1: their gradient is rounding.
        bound = 3e-5 * (1 + mean) if count > 8 or fixed else 3e-3 * (1 + mean)
        for a, b in zip(got, expected):
            a, b = a.numpy(), b.numpy()
            assert a.shape == b.shape
            np.testing.assert_allclose(a, b, rtol=0, atol=bound * max(1, abs(b).max()))

    check()


def plain(x, weight, bias, mean, variance):
    sides = [1, -1] + [1] * (x.ndim - 2)
    normal = (x - mean) / (variance + 1e-5).sqrt()
    return normal * weight.reshape(sides) + bias.reshape(sides)


@pytest.mark.parametrize("fixed", [False, True], ids=["moments of x", "running"])
@pytest.mark.parametrize("shape", [(2, 3, 5, 4), (3, 2, 70, 61), (4, 3)], ids=str)
def test_gradients_and_their_gradients_are_those_of_the_formula(
    native_networks, shape, fixed
):
    """In float64, by Paddle's arithmetic; for x, weight and bias."""
    channels = shape[1]
    sides = [1, channels] + [1] * (len(shape) - 2)
    axes = [0, *range(2, len(shape))]
    given = [paddle.randn(list(shape)) * 2 + 1, *paddle.randn([2, channels]).unbind()]
    above = paddle.randn(list(shape))
    mean, variance = paddle.randn([channels]), paddle.rand([channels]) + 0.5

    def native(x, weight, bias):
        y = F.batch_norm(
            x, mean.clone(), variance.clone(), weight, bias, training=not fixed
        )
        assert is_native(y)
        return y

    def formula(x, weight, bias):
        if fixed:
            moments = [t.astype("float64").reshape(sides) for t in (mean, variance)]
        else:
            middle = x.mean(axes, keepdim=True)
            moments = [middle, ((x - middle) ** 2).mean(axes, keepdim=True)]
        return plain(x, weight, bias, *moments)

    results = []
    for function, dtype in ((native, "float32"), (formula, "float64")):
        tensors = [t.astype(dtype).detach() for t in given]
        for t in tensors:
            t.stop_gradient = False
        y = function(*tensors)
        dy = above.astype(dtype)
        dy.stop_gradient = False
        first = paddle.grad([y], tensors, [dy], create_graph=True)
        penalty = sum((g * g * (k + 1)).sum() for k, g in enumerate(first))
        penalty = penalty + (y * y * y).sum()
        second = paddle.grad([penalty], [*tensors, dy])
        results.append([y, *first, *second])
    for a, b in zip(*results):
        b = b.numpy()
        np.testing.assert_allclose(a.numpy(), b, rtol=0, atol=2e-5 * abs(b).max())


def test_digits_are_kept_where_the_mean_is_large(native_networks):
    x = paddle.randn([2, 3, 40, 50], "float64") + 1000
    got = F.batch_norm(
        x.astype("float32"),
        paddle.zeros([3]),
        paddle.ones([3]),
        paddle.ones([3]),
        paddle.zeros([3]),
        training=True,
    )
    x = x.astype("float32").astype("float64").numpy()
    expected = (x - x.mean((0, 2, 3), keepdims=True)) / x.std((0, 2, 3), keepdims=True)
    # 1000 is stored to 6e-5, of which half is lost in its mean.
    np.testing.assert_allclose(got.numpy(), expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("relu", [F.relu, F.relu6])
def test_relu(native_networks, relu):
    @random_cases
    @given(shapes)
    def check(shape):
        x = paddle.randn([*shape[:2], *shape[2]]) * 4
        x[0, 0], x[0, -1] = 0.0, 6.0
        dy = paddle.randn(x.shape)
        dy.stop_gradient = x.stop_gradient = False
        results = []
        for on in (False, True):
            native_networks(on)
            y = relu(x)
            assert is_native(y) is on
            (dx,) = paddle.grad([y], [x], [dy], create_graph=on)
            results.append([y, dx])
        for a, b in zip(*results):
            np.testing.assert_array_equal(a.numpy(), b.numpy())
        (second,) = paddle.grad([(dx * dx).sum()], [dy])
        np.testing.assert_array_equal(second.numpy(), 2 * dx.numpy())

    check()


@pytest.mark.parametrize("relu", [F.relu, F.relu6])
def test_relu_of_what_is_not_finite(native_networks, relu):
    """As in Paddle, which makes 0 of what is no number, or leaves it."""
    x = paddle.to_tensor([np.nan, np.inf, -np.inf, -0.0])
    got = relu(x).numpy()
    native_networks(False)
    np.testing.assert_array_equal(got, relu(x).numpy())


def test_what_they_do_not_do_is_left_to_paddle(native_networks, monkeypatch):
    x = paddle.randn([2, 3, 4, 5])
    x.stop_gradient = False
    statistics = paddle.zeros([3]), paddle.ones([3])
    wide = x.astype("float64")
    five = paddle.zeros([5]), paddle.ones([5])
    others = [
        F.batch_norm(x, *statistics, None, None, training=True),
        F.batch_norm(wide, *(t.astype("float64") for t in statistics * 2)),
        F.batch_norm(x, *five, *five, training=True, data_format="NHWC"),
        F.relu(wide),
    ]
    for what in ("batch_norm", "relu"):
        monkeypatch.setitem(layers._FEW, what, 121)
    others += [F.relu(x), nn.BatchNorm2D(3)(x)]
    for position, y in enumerate(others):
        assert not is_native(y), position
    for what in ("batch_norm", "relu"):
        monkeypatch.setitem(layers._FEW, what, 120)
    for layer in (nn.ReLU(), nn.ReLU6(), nn.BatchNorm2D(3), nn.BatchNorm(3)):
        assert is_native(layer(x)), layer


PROGRAM = """
import paddle.nn.functional as F
from paddle import nn
from paddle_resample.kernels.networks import use_native_layers

use_native_layers()
x = paddle.randn([3, 20, 101, 90])
mean, variance = paddle.zeros([20]), paddle.ones([20])

def norm(x, weight, bias):
    return F.batch_norm(x, mean, variance, weight, bias, training=True)

enter(norm, x, *paddle.randn([2, 20]).unbind())
enter(F.relu, x)
enter(F.relu6, x * 4)
numbers.update(mean.numpy().tobytes() + variance.numpy().tobytes())
print(numbers.hexdigest())
"""


def test_results_do_not_depend_on_threads(words_of):
    assert words_of(PROGRAM, 1) == words_of(PROGRAM, 3)
