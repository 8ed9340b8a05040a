"""Convolution with a kernel of one pixel, native against NumPy and Paddle."""

import numpy as np
import paddle
import pytest

from paddle_resample.ops import pointwise_conv

pytestmark = pytest.mark.slow

# x, channels of the result.
CASES = {
    "one": ((1, 1, 1, 1), 1),
    "odd": ((2, 25, 7, 9), 3),
    "full": ((1, 10, 16, 24), 40),
    "rest": ((2, 64, 33, 47), 33),
    "few": ((3, 2, 40, 80), 1),
    "blocks": ((2, 130, 40, 51), 7),
    "deep": ((1, 700, 9, 9), 310),
}
EACH_CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@pytest.fixture
def all_native(switch, small_convolutions):
    """Native also where Paddle takes less time."""
    switch(True)


def numbers(rng, case):
    """x, weight, bias, gradient of the result."""
    (n, c, h, w), made = case
    shapes = (n, c, h, w), (made, c, 1, 1), (made,), (n, made, h, w)
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


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
    dy = np.broadcast_to(dy, y.shape)
    dx = np.einsum("oc,nohw->nchw", matrix, dy)
    dweight = np.einsum("nohw,nchw->oc", dy, x)[:, :, None, None]
    return y, dx, dweight, dy.sum((0, 2, 3))


def assert_close(got, expected):
    bound = 5e-6 * np.abs(expected).max()
    np.testing.assert_allclose(got.numpy(), expected, rtol=0, atol=bound)


@EACH_CASE
def test_equals_numpy(rng, all_native, case):
    given = numbers(rng, case)
    for got, expected in zip(value_and_gradients(given), by_numpy(*given)):
        assert_close(got, expected)


@EACH_CASE
@pytest.mark.parametrize("biased", [True, False], ids=["bias", "no bias"])
def test_equals_paddle(rng, all_native, switch, case, biased):
    given = numbers(rng, case)
    switch(False)
    expected = value_and_gradients(given, biased)
    switch(True)
    for got, want in zip(value_and_gradients(given, biased), expected):
        assert (got is None) == (want is None)
        if got is not None:
            assert_close(got, want.numpy())


@pytest.mark.parametrize("constant", [
    ("x",), ("weight",), ("bias",), ("x", "weight"), ("x", "bias"), ("weight", "bias"),
], ids=" ".join)  # fmt: skip
def test_only_what_is_asked_for(rng, all_native, constant):
    given = numbers(rng, CASES["odd"])
    _, *gradients = value_and_gradients(given, constant=constant)
    _, *expected = by_numpy(*given)
    for name, got, want in zip(("x", "weight", "bias"), gradients, expected):
        assert (got is None) == (name in constant)
        if got is not None:
            assert_close(got, want)


@pytest.mark.parametrize("wanted", [
    ("x",), ("weight",), ("x", "weight"), ("x", "weight", "bias"),
], ids=" ".join)  # fmt: skip
def test_second_gradients(rng, all_native, wanted):
    """Of a penalty on the first gradients by some of x, weight and bias.

    By difference quotients: Paddle's own are wrong where x is not among them.
    """
    given = numbers(rng, ((2, 4, 3, 2), 3))[:3]
    names = ("x", "weight", "bias")
    leaves = dict(zip(names, map(paddle.to_tensor, given)))
    for leaf in leaves.values():
        leaf.stop_gradient = False
    y = pointwise_conv(*leaves.values())
    by = [leaves[name] for name in wanted]
    first = paddle.grad([(y * y * y).sum()], by, create_graph=True)
    sum((g * g).sum() for g in first).backward()

    def penalty(*arrays):
        y = by_numpy(*arrays, np.zeros(1))[0]
        _, *first = by_numpy(*arrays, 3 * y**2)
        return sum((g**2).sum() for name, g in zip(names, first) if name in wanted)

    arrays = [a.astype("float64") for a in given]
    for leaf, array in zip(leaves.values(), arrays):
        expected = np.zeros_like(array)
        for i in np.ndindex(*array.shape):
            middle = array[i]
            for side in (1e-5, -1e-5):
                array[i] = middle + side
                expected[i] += penalty(*arrays) / (2 * side)
            array[i] = middle
        assert_close(leaf.grad, expected)


def test_a_view_is_read_in_its_own_order(rng, all_native, switch):
    x = rng.normal(size=(2, 6, 5, 8)).astype("float32")
    weight = rng.normal(size=(8, 4, 1, 1)).astype("float32")
    given = paddle.to_tensor(x).transpose([0, 3, 2, 1]), paddle.to_tensor(weight)
    given = given[0], given[1].transpose([1, 0, 2, 3])
    y = pointwise_conv(*given)
    switch(False)
    assert_close(y, pointwise_conv(*given).numpy())


def test_infinity_stays_where_it_is(all_native):
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


def test_it_is_the_native_kernel_that_runs(rng, all_native, switch):
    given = [paddle.to_tensor(a) for a in numbers(rng, CASES["odd"])[:3]]
    given[0].stop_gradient = False
    for on in (False, True):
        switch(on)
        name = pointwise_conv(*given).grad_fn.name()
        assert ("paddle_resample_conv2d" in name) == on


def test_float64_is_left_to_paddle(rng, all_native):
    given = [paddle.to_tensor(a) for a in numbers(rng, CASES["full"])[:3]]
    given = [x.astype("float64") for x in given]
    given[0].stop_gradient = False
    assert "paddle_resample" not in pointwise_conv(*given).grad_fn.name()


def test_what_does_not_fit_is_left_to_paddle(switch):
    """Whose words say what is wrong, and which knows kernels of more pixels."""
    switch(True)
    x = paddle.ones([1, 4, 3, 3])
    with pytest.raises(ValueError):
        pointwise_conv(x, paddle.ones([2, 3, 1, 1]))
    y = pointwise_conv(x, paddle.ones([2, 4, 3, 3]))
    assert y.numpy().ravel().tolist() == [36, 36]


def test_small_maps_are_left_to_paddle(switch):
    switch(True)
    sides = ((64, 16, True), (63, 16, False), (64, 15, False), (32, 64, False))
    for side, channels, native in (*sides, (32, 128, True)):
        x = paddle.ones([1, channels, side, 64])
        x.stop_gradient = False
        weight = paddle.ones([32, channels, 1, 1])
        name = pointwise_conv(x, weight).grad_fn.name()
        assert ("paddle_resample" in name) == native


PROGRAM = """
maps = ((2, 64, 49, 47), 40), ((1, 150, 24, 24), 100), ((1, 300, 24, 24), 290)
for (n, c, h, w), made in maps:
    shapes = [n, c, h, w], [made, c, 1, 1], [made]
    x, *fixed = (paddle.randn(shape) for shape in shapes)
    enter(lambda x: pointwise_conv(x, *fixed), x)
    if c < 300:  # threads share the long sums of a large weight's gradient
        enter(pointwise_conv, x, *fixed)
print(numbers.hexdigest())
"""


def test_results_do_not_depend_on_threads(words_of):
    (one,), (three,) = (words_of(PROGRAM, threads) for threads in (1, 3))
    assert one == three
    assert len(one) == 64
