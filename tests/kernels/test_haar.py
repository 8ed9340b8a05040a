"""The Haar transform and its inverse, native against Paddle's operators and loops."""

import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import HaarBands, haar, haar_inverse
from tests.reference import haar as loops

pytestmark = pytest.mark.slow

SIZES = [(6, 8), (7, 9), (1, 4), (97, 13), (64, 65), (1, 1)]
BOTH = pytest.mark.parametrize("size", SIZES, ids=str)
DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


def compare(switch, function, *arrays):
    """Results and gradients of function(*tensors) -> list of tensors, both ways."""
    results = []
    for on in (False, True):
        switch(on)
        tensors = [paddle.to_tensor(a, stop_gradient=False) for a in arrays]
        outputs, loss = function(*tensors), 0
        for y in outputs:
            weights = np.random.default_rng(3).normal(size=y.shape)
            loss = loss + (y * paddle.to_tensor(weights.astype(arrays[0].dtype))).sum()
        loss.backward()
        results.append([t.numpy() for t in (*outputs, *(t.grad for t in tensors))])
    for got, expected in zip(results[1], results[0]):
        assert got.dtype == expected.dtype
        bound = 1e-14 if got.dtype == "float64" else 2e-6
        np.testing.assert_allclose(got, expected, rtol=0, atol=bound)


@DTYPES
@pytest.mark.parametrize("border, mode", [("replicate", "edge"), ("zeros", "constant")])
@BOTH
def test_transform_equals_paddle_and_loops(rng, switch, size, border, mode, dtype):
    x = rng.normal(size=(2, 7, *size)).astype(dtype)

    def both(x):
        low, side = haar(x, border)
        return low, side.high

    compare(switch, both, x)
    low, side = haar(paddle.to_tensor(x), border)
    expected = loops.haar(x, mode)
    np.testing.assert_allclose(low.numpy(), expected[:, 0], rtol=0, atol=2e-6)
    high = np.concatenate([expected[:, band] for band in (1, 2, 3)], 1)
    np.testing.assert_allclose(side.high.numpy(), high, rtol=0, atol=2e-6)


@DTYPES
@BOTH
def test_inverse_equals_paddle(rng, switch, size, dtype):
    half = [(n + 1) // 2 for n in size]
    low = rng.normal(size=(2, 7, *half)).astype(dtype)
    high = rng.normal(size=(2, 21, *half)).astype(dtype)
    for sides in (size, [n + n % 2 for n in size], [n + n % 2 + 1 for n in size]):

        def inverse(low, high, sides=sides):
            return [haar_inverse(low, HaarBands(high, sides))]

        compare(switch, inverse, low, high)


def test_it_is_the_native_kernel_that_runs(switch):
    switch(True)
    x = paddle.ones([1, 2, 5, 6])
    x.stop_gradient = False
    low, side = haar(x)
    for y in (low, side.high, haar_inverse(low, side)):
        assert "paddle_resample_haar" in y.grad_fn.name()


@pytest.mark.parametrize("kept", ["low", "high"])
def test_one_of_two_results_is_enough(rng, switch, kept):
    x = rng.normal(size=(1, 2, 5, 6))

    def one(x):
        low, side = haar(x)
        return [low if kept == "low" else side.high]

    compare(switch, one, x)


@pytest.mark.parametrize("border", ["replicate", "zeros"])
@BOTH
def test_reconstruction_is_perfect(rng, switch, size, border):
    switch(True)
    x = rng.normal(size=(2, 3, *size))
    y = haar_inverse(*haar(paddle.to_tensor(x), border)).numpy()
    np.testing.assert_allclose(y, x, rtol=0, atol=1e-14)


@pytest.mark.parametrize("border", ["replicate", "zeros"])
def test_gradient(rng, switch, check_gradient, border):
    switch(True)

    def both(x):
        low, side = haar(x, border)
        return paddle.concat([low, side.high], axis=1)

    check_gradient(both, rng.normal(size=(1, 2, 5, 7)))
    check_gradient(
        lambda low, high: haar_inverse(low, HaarBands(high, [5, 6])),
        rng.normal(size=(1, 2, 3, 3)),
        rng.normal(size=(1, 6, 3, 3)),
    )


def test_a_second_derivative_goes_through(rng, switch, check_gradient):
    switch(True)

    def penalty(x):
        x.stop_gradient = False
        low, side = haar(x)
        y = haar_inverse(low * low, HaarBands(side.high * low.sum(), side.size))
        (g,) = paddle.grad([(y * y).sum()], [x], create_graph=True)
        return (g * g).sum()

    check_gradient(penalty, rng.normal(size=(1, 1, 3, 4)), tolerance=1e-5)


def test_a_size_that_does_not_fit_is_refused(switch):
    switch(True)
    low, high = paddle.ones([1, 1, 3, 3]), paddle.ones([1, 3, 3, 3])
    with pytest.raises(UsageError, match="can be cropped or extended by less than 2"):
        haar_inverse(low, HaarBands(high, [4, 6]))
