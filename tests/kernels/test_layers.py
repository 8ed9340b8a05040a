"""Layers of whole networks against Paddle's own."""

import math

import numpy as np
import paddle
import paddle.nn.functional as F
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paddle import nn

from paddle_resample.kernels import layers


@pytest.fixture(autouse=True)
def seed():
    paddle.seed(5)


random_cases = settings(max_examples=40, deadline=None, database=None, derandomize=True)
lengths = st.sampled_from([1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 49, 64, 100])
shapes = st.lists(st.integers(1, 9), min_size=1, max_size=3)


def is_native(y):
    return "paddle_resample" in y.grad_fn.name()


def run(function, tensors, second=False):
    """The result, the gradients of its square, and of the sum of their squares."""
    tensors = [t.detach() for t in tensors]
    for t in tensors:
        t.stop_gradient = False
    y = function(*tensors)
    first = paddle.grad((y * y).sum(), tensors, create_graph=second)
    if not second:
        return y, [y, *first]
    penalty = sum((g * g).sum() for g in first)
    return y, [y, *first, *paddle.grad(penalty, tensors)]


def compare(
    native_networks,
    function,
    tensors,
    second=False,
    bound=1e-5,
    least=1e-3,
    reference=None,
):
    native_networks(False)
    y, expected = run(reference or function, tensors, second)
    assert not is_native(y)
    native_networks(True)
    y, got = run(function, tensors, second)
    assert is_native(y)
    for a, b in zip(got, expected):
        a, b = a.numpy(), b.numpy()
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=0, atol=bound * max(least, abs(b).max()))


def normal(shape):
    return paddle.randn(list(shape))


def test_linear(native_networks):
    """Also its second gradients."""

    @random_cases
    @given(shapes, lengths, lengths, st.booleans())
    def check(shape, into, out, biased):
        tensors = [normal([*shape, into]), normal([into, out])]
        tensors += [normal([out])] if biased else []
        compare(
            native_networks,
            F.linear,
            tensors,
            second=True,
            bound=1e-4,
            reference=linear_of_rows,
        )

    check()


def linear_of_rows(x, weight, bias=None):
    """Paddle's own, with x of two axes: of more, Paddle 2.6.2 gives the second gradient
    of the weight an axis too many."""
    rows = F.linear(x.reshape([-1, x.shape[-1]]), weight, bias)
    return rows.reshape([*x.shape[:-1], weight.shape[1]])


@pytest.mark.parametrize("constant", [(0,), (1,), (2,), (0, 1), (1, 2), (0, 2)])
def test_linear_only_what_is_asked_for(native_networks, constant):
    tensors = [normal([40, 9]), normal([9, 7]), normal([7])]
    _, (_, *expected) = run(F.linear, tensors)
    for position, tensor in enumerate(tensors):
        tensor.stop_gradient = position in constant
    (F.linear(*tensors) ** 2).sum().backward()
    for position, tensor in enumerate(tensors):
        if position in constant:
            assert tensor.grad is None
        else:
            np.testing.assert_allclose(
                tensor.grad.numpy(), expected[position].numpy(), rtol=1e-5, atol=1e-4
            )


def test_softmax(native_networks):
    @random_cases
    @given(shapes, lengths, st.sampled_from([0.1, 1.0, 30.0]))
    def check(shape, width, spread):
        x = normal([*shape, width]) * spread
        for axis in (-1, *range(x.ndim)):
            compare(native_networks, lambda x: F.softmax(x, axis=axis), [x], least=1)  # noqa: B023

    check()


def test_softmax_of_what_is_not_finite(native_networks):
    """Not a number, where Paddle's own hides that."""
    rows = np.zeros([5, 19], "float32")
    rows[1, 3], rows[2, 4], rows[3, 5:] = np.inf, np.nan, -np.inf
    rows[4] = -np.inf
    with np.errstate(invalid="ignore"):
        expected = np.exp(rows - rows.max(1, keepdims=True))
    expected /= expected.sum(1, keepdims=True)
    assert np.isnan(expected).any(1).tolist() == [False, True, True, False, True]
    got = F.softmax(paddle.to_tensor(rows)).numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_gelu(native_networks):
    @random_cases
    @given(shapes, lengths, st.sampled_from([0.1, 1.0, 4.0]))
    def check(shape, width, spread):
        x = normal([*shape, width]) * spread
        compare(native_networks, F.gelu, [x], bound=2e-6)

    check()


def test_gelu_equals_the_exact_one(native_networks):
    from scipy.special import ndtr

    x = np.linspace(-12, 12, 100001).astype("float32")
    exact = x * ndtr(x.astype("float64"))
    np.testing.assert_allclose(
        F.gelu(paddle.to_tensor(x)).numpy(), exact, rtol=3e-6, atol=1e-12
    )
    edges = paddle.to_tensor([np.inf, np.nan, 0.0, 1e30, -1e30])
    np.testing.assert_array_equal(
        F.gelu(edges).numpy(), np.array([np.inf, np.nan, 0, 1e30, 0], "float32")
    )


def test_layer_norm(native_networks):
    @random_cases
    @given(shapes, st.lists(lengths, min_size=1, max_size=2), st.booleans())
    def check(shape, last, shifted):
        x = normal([*shape, *last]) + (5.0 if shifted else 0.0)
        weight, bias = normal([math.prod(last)]), normal([math.prod(last)])

        def norm(x, weight, bias):
            return F.layer_norm(x, last, weight, bias)

        # The gradient of two elements is a small difference of large numbers.
        least = 0.1 if math.prod(last) == 2 else 1e-3
        compare(native_networks, norm, [x, weight, bias], bound=1e-4, least=least)

    check()


def test_bilinear_interpolation(native_networks):
    @random_cases
    @given(
        st.lists(st.integers(1, 12), min_size=4, max_size=4),
        st.sampled_from([(7, 5), (1, 9), (24, 24), 2, 0.6, [1.5, 3]]),
        st.booleans(),
        st.sampled_from(["NCHW", "NHWC"]),
    )
    def check(shape, target, aligned, layout):
        options = {"align_corners": aligned, "data_format": layout, "mode": "bilinear"}
        options["size" if isinstance(target, tuple) else "scale_factor"] = target
        if min(shape[2:] if layout == "NCHW" else shape[1:3]) < 2 and target == 0.6:
            return  # nothing would be left

        def resize(x):
            return F.interpolate(x, **options)

        compare(native_networks, resize, [normal(shape)], bound=1e-5)

    check()


def test_the_old_grid_is_left_to_paddle(native_networks):
    x = normal([1, 2, 5, 5])
    x.stop_gradient = False
    assert is_native(F.interpolate(x, [9, 9], mode="bilinear"))
    assert not is_native(F.interpolate(x, [9, 9], mode="bilinear", align_mode=1))
    assert not is_native(F.interpolate(x, [9, 9], mode="bicubic"))


def test_cross_entropy(native_networks):
    @random_cases
    @given(
        st.integers(1, 3),
        st.integers(1, 20),
        st.lists(st.sampled_from([1, 3, 16, 31]), min_size=1, max_size=2),
        st.sampled_from(["int32", "int64"]),
        st.sampled_from(["mean", "sum", "none"]),
        st.booleans(),
    )
    def check(n, channels, pixels, dtype, reduction, weighted):
        x = normal([n, channels, *pixels]) * 3
        labels = paddle.randint(0, channels, [n, *pixels])
        ignored = paddle.rand([n, *pixels]) < 0.3
        ignored[0, 0] = False  # at least one counts
        labels = paddle.where(ignored, paddle.full_like(labels, 255), labels)
        options = {"axis": 1, "ignore_index": 255, "reduction": reduction}
        if weighted:
            options["weight"] = paddle.rand([channels]) + 0.1

        def entropy(x):
            return F.cross_entropy(x, labels.astype(dtype), **options)

        results = []
        for on in (False, True):
            native_networks(on)
            results.append(run(entropy, [x])[1])
        for a, b in zip(*results):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=2e-5)

    check()


def test_cross_entropy_is_native_and_refuses_labels(native_networks):
    x = normal([2, 5, 8, 9])
    x.stop_gradient = False
    labels = paddle.randint(0, 5, [2, 1, 8, 9])
    loss, probabilities = F.softmax_with_cross_entropy(
        x, labels, axis=1, return_softmax=True
    )
    assert is_native(loss)
    native_networks(False)
    np.testing.assert_allclose(probabilities.numpy(), F.softmax(x, axis=1), atol=1e-6)
    native_networks(True)
    labels[1, 0, 3, 4] = 5
    with pytest.raises((RuntimeError, ValueError, OSError), match="label"):
        F.softmax_with_cross_entropy(x, labels, axis=1)


@st.composite
def permutations(draw):
    shape = draw(
        st.lists(st.sampled_from([1, 2, 3, 5, 16, 19]), min_size=2, max_size=5)
    )
    return shape, draw(st.permutations(range(len(shape)))), draw(st.booleans())


def test_transpose(native_networks):
    """Also its second gradient."""

    @random_cases
    @given(permutations())
    def check(case):
        shape, order, negative = case
        moved = [axis for axis in order if shape[axis] > 1]
        x = normal(shape)
        perm = [axis - len(order) for axis in order] if negative else list(order)
        if moved == sorted(moved):
            stays_in_order(native_networks, x, perm)
            return
        compare(native_networks, lambda x: x.transpose(perm), [x], second=True)

    check()


def stays_in_order(native_networks, x, perm):
    results = []
    for on in (False, True):
        native_networks(on)
        results.append(run(lambda x: x.transpose(perm) * 3, [x], second=True)[1])
    for a, b in zip(*results):
        assert a.shape == b.shape
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert x.transpose(perm).is_contiguous()


@pytest.mark.parametrize("shape", [(2, 33, 64), (1, 256, 40), (3, 17, 130)])
def test_large_transposes(native_networks, shape):
    x = np.random.default_rng(3).normal(size=shape).astype("float32")
    y = paddle.to_tensor(x).transpose([0, 2, 1])
    np.testing.assert_array_equal(y.numpy(), x.transpose(0, 2, 1))
    y = paddle.to_tensor(x).transpose([1, 2, 0])
    np.testing.assert_array_equal(y.numpy(), x.transpose(1, 2, 0))


def test_layers_are_native(native_networks):
    x = normal([2, 12, 32])
    x.stop_gradient = False
    for layer in (
        nn.Linear(32, 8),
        nn.Linear(32, 8, bias_attr=False),
        nn.LayerNorm(32),
        nn.LayerNorm([12, 32]),
        nn.GELU(),
        nn.Softmax(),
        nn.Softmax(1),
    ):
        assert is_native(layer(x)), layer
    assert is_native(paddle.transpose(x, [0, 2, 1]))
    assert is_native(paddle.moveaxis(x, 1, 2))


def test_what_they_do_not_do_is_left_to_paddle(native_networks):
    x = normal([2, 12, 32])
    x.stop_gradient = False
    others = [
        F.gelu(x, approximate=True),
        F.gelu(x.astype("float64")),
        F.layer_norm(x, 32),
        F.layer_norm(x, 32, weight=paddle.ones([32])),
        x.transpose([0, 1, 2]),
        F.linear(x.astype("float64"), paddle.ones([32, 8], "float64")),
        F.cross_entropy(x, paddle.randint(0, 32, [2, 12]), reduction="none"),
        F.cross_entropy(x, F.softmax(normal([2, 12, 32]), 1), axis=1, soft_label=True),
    ]
    for position, y in enumerate(others):
        assert not is_native(y), position
    for mistake in ([0, 1, 1], [0, 1, 3, 2]):
        with pytest.raises((ValueError, OSError, RuntimeError)):
            x.transpose(mistake)
    with pytest.raises((ValueError, OSError, RuntimeError)):
        F.linear(x, normal([31, 8]))
    with pytest.raises((ValueError, OSError, RuntimeError)):
        F.layer_norm(x, [31], normal([31]), normal([31]))


def test_a_parameter_is_transposed_as_a_view(native_networks):
    weight = nn.Linear(20, 30).weight
    with paddle.no_grad():
        weight.transpose([1, 0]).zero_()
    zero = float(weight.abs().sum()) == 0
    assert zero or paddle.__version__.startswith("2.")


def test_what_is_small_is_left_to_paddle(native_networks, monkeypatch):
    monkeypatch.setattr(layers, "_PRODUCTS", 1 << 16)
    weight = normal([64, 64])
    weight.stop_gradient = False
    assert not is_native(F.linear(normal([15, 64]), weight))
    assert is_native(F.linear(normal([16, 64]), weight))


def test_a_traced_network_has_paddles_operators(native_networks, tmp_path):
    class Tokens(nn.Layer):
        def __init__(self):
            super().__init__()
            self.norm, self.linear = nn.LayerNorm(8), nn.Linear(8, 8)

        def forward(self, x):
            y = F.gelu(self.linear(self.norm(x.flatten(2).transpose([0, 2, 1]))))
            return F.softmax(y)

    net, x = Tokens(), normal([1, 8, 9, 9])
    expected = net(x)
    spec = [paddle.static.InputSpec([None, 8, None, None], "float32", "x")]
    traced = paddle.jit.to_static(net, input_spec=spec, full_graph=True)
    np.testing.assert_allclose(traced(x).numpy(), expected.numpy(), atol=1e-6)
    paddle.jit.save(traced, str(tmp_path / "net"))
    written = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"paddle_resample" not in written


def test_second_gradients_that_paddle_lacks_are_refused(native_networks):
    x = normal([4, 40])
    x.stop_gradient = False
    for function in (F.softmax, F.gelu, nn.LayerNorm(40)):
        y = function(x)
        assert is_native(y)
        with pytest.raises((RuntimeError, ValueError, OSError)):
            gradient = paddle.grad((y * y).sum(), x, create_graph=True)[0]
            paddle.grad((gradient * gradient).sum(), x)


PROGRAM = """
import paddle.nn.functional as F
from paddle_resample.kernels.networks import use_native_layers

use_native_layers()
x, weight = paddle.randn([3, 700, 48]), paddle.randn([48, 40])
labels = paddle.randint(0, 48, [3, 1, 700])
bias, scale = paddle.randn([40]), paddle.randn([48])
last = x.transpose([0, 2, 1])
for function, given in (
    (F.softmax, [x]),
    (F.gelu, [x]),
    (lambda x, w, b: F.layer_norm(x, 48, w, b), [x, scale, scale + 1]),
    (lambda x: x.transpose([2, 0, 1]), [x]),
    (lambda x: F.cross_entropy(x, labels, axis=1), [last]),
    (F.linear, [x, weight, bias]),
):
    numbers = hashlib.sha256()
    enter(function, *given)
    print(numbers.hexdigest(), flush=True)
"""


def test_results_do_not_depend_on_threads(words_of):
    one, three = (words_of(PROGRAM, threads) for threads in (1, 3))
    assert one[:5] == three[:5] and len(one) == 6
    assert words_of(PROGRAM, 3) == three
