"""Filters with a stride, native against Paddle's operators and loops."""

import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import blur_pool, strided_filter
from tests.reference import blur_pool as loops

pytestmark = pytest.mark.slow

BORDERS = pytest.mark.parametrize("border", ["reflect", "replicate", "zeros"])
STRIDES = pytest.mark.parametrize("stride", [1, 2, 3, 5])


def compare(switch, function, x):
    results = []
    for on in (False, True):
        switch(on)
        z = paddle.to_tensor(x, stop_gradient=False)
        y = function(z)
        assert ("paddle_resample_strided_filter" in y.grad_fn.name()) == on
        weights = np.random.default_rng(3).normal(size=y.shape).astype(x.dtype)
        (y * paddle.to_tensor(weights)).sum().backward()
        results.append((y.numpy(), z.grad.numpy()))
    for got, expected in zip(*reversed(results)):
        assert got.dtype == expected.dtype
        bound = (1e-14 if got.dtype == "float64" else 2e-6) * np.abs(expected).max()
        np.testing.assert_allclose(got, expected, rtol=0, atol=bound)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("padding", ["adobe", "timm"])
@pytest.mark.parametrize("f", range(1, 8))
@STRIDES
@BORDERS
def test_blur_equals_paddle(rng, switch, border, stride, f, padding, dtype):
    for shape in ((2, 3, 9, 11), (1, 2, 8, 70)):
        x = rng.normal(size=shape).astype(dtype)
        compare(switch, lambda x: blur_pool(x, f, stride, padding, border), x)


@STRIDES
@BORDERS
def test_blur_equals_loops(rng, switch, border, stride):
    switch(True)
    x = rng.normal(size=(2, 3, 9, 14))
    for f in (1, 3, 4, 6):
        y = blur_pool(paddle.to_tensor(x), f, stride, border=border).numpy()
        line = loops.pascal(f)
        expected = loops.strided_filter(x, line, stride, (f - 1) // 2, f // 2, border)
        np.testing.assert_allclose(y, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@STRIDES
@BORDERS
def test_a_kernel_that_is_no_product_equals_paddle(rng, switch, border, stride, dtype):
    kernel = paddle.to_tensor(rng.normal(size=(1, 1, 4, 4)).astype(dtype))
    x = rng.normal(size=(2, 3, 8, 9)).astype(dtype)
    for padding in ((1, 2), (0, 3), (4, 0), (0, 0)):

        def filtered(x, padding=padding):
            return strided_filter(x, kernel, stride, padding, border)

        compare(switch, filtered, x)


@BORDERS
def test_gradient(rng, switch, check_gradient, border):
    switch(True)
    x = rng.normal(size=(1, 2, 5, 6))
    check_gradient(lambda x: blur_pool(x, 4, border=border), x)
    check_gradient(lambda x: blur_pool(x, 7, 3, border=border), x)


def test_a_second_derivative_goes_through(rng, switch, check_gradient):
    switch(True)

    def penalty(x):
        x.stop_gradient = False
        y = blur_pool(x, 3)
        (g,) = paddle.grad([(y * y * y).sum()], [x], create_graph=True)
        return (g * g).sum()

    check_gradient(penalty, rng.normal(size=(1, 2, 4, 5)))


def test_a_learned_kernel_is_left_to_paddle(rng, switch):
    switch(True)
    kernel = paddle.to_tensor(rng.normal(size=(1, 1, 3, 3)), stop_gradient=False)
    x = paddle.to_tensor(rng.normal(size=(1, 2, 5, 6)))
    strided_filter(x, kernel, 2, (1, 1)).sum().backward()
    assert np.abs(kernel.grad.numpy()).min() > 0


def test_too_small_a_map_is_refused(switch):
    switch(True)
    with pytest.raises(UsageError, match="3x9 is too small to be reflected by 3"):
        blur_pool(paddle.ones([1, 1, 3, 9]), 7)
    with pytest.raises(Exception, match="too small"):
        strided_filter(paddle.ones([1, 1, 3, 9]), paddle.ones([1, 1, 2, 2]), 1, (3, 0))
