"""Convolution with a kernel of one pixel, native against NumPy, Paddle, differences."""

import sys

import numpy as np
import paddle
import pytest

from paddle_resample.kernels import choice
from paddle_resample.ops import pointwise_conv

pytestmark = pytest.mark.slow

DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])
# x, channels of the result: tiles, panels and blocks that are full, and not.
CASES = {
    "one": ((1, 1, 1, 1), 1),
    "odd": ((2, 5, 7, 9), 3),
    "full": ((1, 10, 16, 24), 40),
    "rest": ((2, 64, 33, 47), 33),
    "few": ((3, 2, 40, 80), 1),
    "blocks": ((2, 130, 40, 51), 7),
    "deep": ((1, 700, 9, 9), 310),
}
EACH_CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@pytest.fixture(autouse=True)
def even_for_few_channels(monkeypatch):
    monkeypatch.setattr(sys.modules[pointwise_conv.__module__], "_FEW", 1)


def numbers(rng, case, dtype):
    """x, weight, bias, gradient of the result."""
    (n, c, h, w), made = case
    shapes = (n, c, h, w), (made, c, 1, 1), (made,), (n, made, h, w)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def value_and_gradients(given, biased=True, constant=()):
    *leaves, dy = given
    names = ["x", "weight", "bias"]
    leaves = [
        paddle.to_tensor(a, stop_gradient=k in constant) for k, a in zip(names, leaves)
    ]
    y = pointwise_conv(*leaves[: 3 if biased else 2])
    paddle.autograd.backward([y], [paddle.to_tensor(dy)])
    return y, *(t.grad for t in leaves)


def by_numpy(x, weight, bias, dy):
    x, weight, bias, dy = (a.astype("float64") for a in (x, weight, bias, dy))
    matrix = weight[:, :, 0, 0]
    y = np.einsum("oc,nchw->nohw", matrix, x) + bias[:, None, None]
    dx = np.einsum("oc,nohw->nchw", matrix, dy)
    dweight = np.einsum("nohw,nchw->oc", dy, x)[:, :, None, None]
    return y, dx, dweight, dy.sum((0, 2, 3))


def assert_close(got, expected, dtype):
    assert got.dtype == getattr(paddle, dtype)
    bound = (1e-13 if dtype == "float64" else 5e-6) * np.abs(expected).max()
    np.testing.assert_allclose(got.numpy(), expected, rtol=0, atol=bound)


@DTYPES
@EACH_CASE
def test_equals_numpy(rng, switch, case, dtype):
    switch(True)
    given = numbers(rng, case, dtype)
    for got, expected in zip(value_and_gradients(given), by_numpy(*given)):
        assert_close(got, expected, dtype)


@DTYPES
@EACH_CASE
@pytest.mark.parametrize("biased", [True, False], ids=["bias", "no bias"])
def test_equals_paddle(rng, switch, case, biased, dtype):
    given = numbers(rng, case, dtype)
    switch(False)
    expected = value_and_gradients(given, biased)
    switch(True)
    for got, want in zip(value_and_gradients(given, biased), expected):
        assert (got is None) == (want is None)
        if got is not None:
            assert_close(got, want.numpy(), dtype)


@pytest.mark.parametrize("constant", [
    ("x",), ("weight",), ("bias",), ("x", "weight"), ("x", "bias"), ("weight", "bias"),
], ids=" ".join)  # fmt: skip
def test_only_what_is_asked_for(rng, switch, constant):
    switch(True)
    given = numbers(rng, CASES["odd"], "float64")
    _, *gradients = value_and_gradients(given, constant=constant)
    _, *expected = by_numpy(*given)
    for name, got, want in zip(("x", "weight", "bias"), gradients, expected):
        assert (got is None) == (name in constant)
        if got is not None:
            assert_close(got, want, "float64")


@pytest.mark.parametrize("biased", [True, False], ids=["bias", "no bias"])
def test_gradient(rng, switch, check_gradient, biased):
    switch(True)
    given = numbers(rng, ((2, 6, 3, 5), 9), "float64")
    check_gradient(pointwise_conv, *given[: 3 if biased else 2])


@pytest.mark.parametrize("wanted", [
    ("x",), ("weight",), ("x", "weight"), ("x", "weight", "bias"),
], ids=" ".join)  # fmt: skip
def test_second_derivatives(rng, switch, check_gradient, wanted):
    """Of a penalty on the first gradients by some of x, weight and bias."""
    switch(True)

    def penalty(x, weight, bias):
        given = {"x": x, "weight": weight, "bias": bias}
        for k in wanted:
            given[k].stop_gradient = False
        y = pointwise_conv(x, weight, bias)
        loss = (y * y * y).sum()
        grads = paddle.grad([loss], [given[k] for k in wanted], create_graph=True)
        return sum((g * g).sum() for g in grads).reshape([1])

    given = numbers(rng, ((2, 4, 3, 2), 3), "float64")
    check_gradient(penalty, *given[:3], tolerance=1e-5)


def test_second_derivative_without_bias(rng, switch, check_gradient):
    switch(True)

    def penalty(x, weight):
        x.stop_gradient = False
        y = pointwise_conv(x, weight)
        (g,) = paddle.grad([(y * y * y).sum()], [x], create_graph=True)
        return (g * g).sum().reshape([1])

    check_gradient(penalty, *numbers(rng, ((2, 4, 3, 2), 3), "float64")[:2])


def test_what_fills_a_tile_up_is_not_read(switch):
    """Infinite numbers stay where they are, also beside the end of a map."""
    switch(True)
    x = np.ones([1, 2, 3, 3], "float32")
    x[0, 0, 2, 2] = np.inf
    weight = np.array([[1, 1], [0, 1], [-1, 1]], "float32")[:, :, None, None]
    dy = np.ones([1, 3, 3, 3], "float32")
    y, dx, dweight, _ = value_and_gradients((x, weight, np.zeros(3, "float32"), dy))
    expected = np.array([2, 1, 0], "float32")[:, None].repeat(9, 1)
    expected[:, 8] = np.inf, np.nan, -np.inf  # 0 * inf
    np.testing.assert_array_equal(y.numpy().reshape(3, 9), expected)
    np.testing.assert_array_equal(dx.numpy()[0, :, 0, 0], [0, 3])
    np.testing.assert_array_equal(dweight.numpy()[:, :, 0, 0], [[np.inf, 9]] * 3)


def test_it_is_the_native_kernel_that_runs(rng, switch):
    given = [paddle.to_tensor(a) for a in numbers(rng, CASES["odd"], "float32")[:3]]
    given[0].stop_gradient = False
    for on in (False, True):
        switch(on)
        name = pointwise_conv(*given).grad_fn.name()
        assert ("paddle_resample_pointwise_conv" in name) == on


def test_a_view_is_read_in_its_own_order(rng, switch):
    x = paddle.to_tensor(rng.normal(size=(2, 6, 5, 8))).transpose([0, 3, 2, 1])
    weight = paddle.to_tensor(rng.normal(size=(8, 4, 1, 1))).transpose([1, 0, 2, 3])
    switch(False)
    expected = pointwise_conv(x, weight).numpy()
    switch(True)
    y = pointwise_conv(x, weight).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-13)


def test_what_does_not_fit_is_left_to_paddle(switch):
    """Whose words say what is wrong, and which knows kernels of more pixels."""
    switch(True)
    x = paddle.ones([1, 4, 3, 3])
    with pytest.raises(ValueError):
        pointwise_conv(x, paddle.ones([2, 3, 1, 1]))
    y = pointwise_conv(x, paddle.ones([2, 4, 3, 3]))
    assert y.numpy().ravel().tolist() == [36, 36]


def test_small_maps_and_few_channels_are_left_to_paddle(library, monkeypatch):
    monkeypatch.setattr(choice, "_offered", library)
    monkeypatch.setattr(sys.modules[pointwise_conv.__module__], "_FEW", 3)
    for side, made, native in ((32, 3, True), (31, 3, False), (32, 2, False)):
        x = paddle.ones([1, 2, side, 32])
        x.stop_gradient = False
        name = pointwise_conv(x, paddle.ones([made, 2, 1, 1])).grad_fn.name()
        assert ("paddle_resample" in name) == native


PROGRAM = """
for (n, c, h, w), made in (((2, 64, 33, 47), 40), ((1, 300, 24, 24), 290)):
    shapes = [n, c, h, w], [made, c, 1, 1], [made]
    enter(pointwise_conv, *(paddle.randn(shape) for shape in shapes))
print(numbers.hexdigest())
"""


def test_results_do_not_depend_on_threads(words_of):
    (one,), (three,) = (words_of(PROGRAM, threads) for threads in (1, 3))
    assert one == three
    assert len(one) == 64
