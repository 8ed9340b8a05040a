"""Interpolation, native against Paddle's operators, loops and differences."""

import itertools

import numpy as np
import paddle
import pytest

from paddle_resample.ops import interpolate
from tests.reference import interpolate as loops

pytestmark = pytest.mark.slow

# From 3.3 on Paddle's bilinear rounds a place once less than its own gradient does.
PLACE = 3e-6 if paddle.__version__ >= "3.3" else 0

MODES = ["nearest", "bilinear", "bicubic", "area"]
SIZES = [
    (18, 26), (36, 52), (27, 39), (72, 13), (4, 6), (2, 3), (9, 13), (1, 1), (1, 20),
    (31, 57), (7, 150),
]  # fmt: skip
# Paddle's gradients of these compute weights in float32 for every dtype.
GRADIENT = {"bicubic": 3e-5, "area": 2e-6}


def value_and_gradient(function, x, dy):
    x = paddle.to_tensor(x, stop_gradient=False)
    y = function(x)
    (y * paddle.to_tensor(dy)).sum().backward()
    return y.numpy(), x.grad.numpy()


def compare(rng, switch, x, tolerances, **options):
    switch(False)
    dy = rng.normal(size=interpolate(paddle.to_tensor(x), **options).shape)
    dy = dy.astype(x.dtype)
    given = (lambda t: interpolate(t, **options)), x, dy
    expected = value_and_gradient(*given)
    switch(True)
    for a, b, tolerance in zip(value_and_gradient(*given), expected, tolerances):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("data_format", ["NCHW", "NHWC"])
@pytest.mark.parametrize("mode, corners", [
    *((mode, False) for mode in MODES), ("bilinear", True), ("bicubic", True),
])  # fmt: skip
def test_equals_paddle(rng, switch, mode, corners, data_format, dtype):
    shape = (2, 3, 9, 13) if data_format == "NCHW" else (2, 9, 13, 3)
    options = {"mode": mode, "align_corners": corners, "data_format": data_format}
    exact = 1e-12 if dtype == "float64" else 4e-6
    if mode == "bilinear":
        exact = max(exact, PLACE)
    tolerances = exact, max(GRADIENT.get(mode, 0), exact * 10)
    scales = [2, 4, 0.5, 1.5, 2.3, (0.7, 3.0)]
    x = rng.normal(size=shape).astype(dtype)
    for size in SIZES:
        compare(rng, switch, x, tolerances, size=size, **options)
    for scale in scales:
        compare(rng, switch, x, tolerances, scale=scale, **options)


@pytest.mark.parametrize("mode", MODES)
def test_equals_paddle_on_an_odd_map(rng, switch, mode):
    x = rng.normal(size=(1, 2, 97, 131)).astype("float32")
    tolerances = 2e-5, 3e-4 if mode == "bicubic" else 3e-5
    for size in ((194, 262), (388, 524), (48, 65), (25, 33), (150, 200)):
        compare(rng, switch, x, tolerances, mode=mode, size=size)


def test_nearest_takes_paddles_pixel_at_every_seam(switch):
    """A seam is where float32 rounding decides which pixel is the nearest."""
    for n, m in itertools.product(range(1, 40), range(1, 60)):
        x = paddle.arange(n, dtype="float32").reshape([1, 1, 1, n])
        switch(False)
        expected = interpolate(x, size=(1, m), mode="nearest").numpy()
        switch(True)
        got = interpolate(x, size=(1, m), mode="nearest").numpy()
        np.testing.assert_array_equal(got, expected, err_msg=f"{n} to {m}")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(10, 14), (11, 3), (3, 16)], ids=str)
def test_equals_loops(rng, switch, mode, size):
    switch(True)
    x = rng.normal(size=(2, 3, 5, 7))
    y = interpolate(paddle.to_tensor(x), size=size, mode=mode).numpy()
    reference = loops.linear if mode == "bilinear" else getattr(loops, mode)
    np.testing.assert_allclose(y, reference(x, size), rtol=0, atol=3e-6)


@pytest.mark.parametrize("mode, corners", [
    *((mode, False) for mode in MODES), ("bilinear", True), ("bicubic", True),
])  # fmt: skip
def test_gradient(rng, switch, check_gradient, mode, corners):
    switch(True)
    for size in ((6, 10), (7, 6), (2, 3), (16, 20)):
        check_gradient(
            lambda x, size=size: interpolate(x, size, None, mode, corners),
            rng.normal(size=(1, 2, 4, 5)),
        )


@pytest.mark.parametrize("mode", MODES)
def test_the_gradient_is_the_transpose(rng, switch, mode):
    """<A x, y> = <x, A' y>, on lines long enough for every vectorised case."""
    switch(True)
    for size in ((130, 194), (65, 97), (260, 388), (33, 49), (200, 111)):
        x = paddle.to_tensor(rng.normal(size=(1, 1, 65, 97)), stop_gradient=False)
        y = interpolate(x, size, mode=mode)
        dy = paddle.to_tensor(rng.normal(size=y.shape))
        (dx,) = paddle.grad([y], [x], [dy])
        left, right = (y * dy).sum().item(), (x * dx).sum().item()
        assert left == pytest.approx(right, rel=1e-10, abs=1e-9)


def test_no_pixel_outside_the_kernel_is_read(switch):
    """A NaN stays where Paddle leaves it."""
    x = np.zeros((1, 1, 20, 40), "float32")
    x[0, 0, 11, 17] = np.nan
    for mode, size in itertools.product(MODES, [(40, 80), (30, 50), (10, 20), (5, 9)]):
        switch(False)
        expected = interpolate(paddle.to_tensor(x), size, mode=mode).numpy()
        switch(True)
        got = interpolate(paddle.to_tensor(x), size, mode=mode).numpy()
        np.testing.assert_array_equal(np.isnan(got), np.isnan(expected))


def test_no_gradient_outside_the_kernel_is_read(switch):
    """A NaN in dy reaches the pixels that Paddle lets it reach."""
    x = paddle.zeros([1, 1, 20, 40])
    x.stop_gradient = False
    for mode, size in itertools.product(MODES, [(40, 80), (31, 57), (10, 20), (5, 9)]):
        dy = np.zeros((1, 1, *size), "float32")
        dy[0, 0, 4, 7] = np.nan
        reached = []
        for on in (False, True):
            switch(on)
            y = interpolate(x, size, mode=mode)
            (dx,) = paddle.grad([y], [x], [paddle.to_tensor(dy)])
            reached.append(np.isnan(dx.numpy()))
        assert 0 < reached[0].sum() < 200
        np.testing.assert_array_equal(reached[1], reached[0], err_msg=f"{mode} {size}")


def test_it_is_the_native_kernel_that_runs(switch):
    switch(True)
    x = paddle.ones([1, 1, 4, 4])
    x.stop_gradient = False
    for mode in MODES:
        y = interpolate(x, scale=2, mode=mode)
        assert "paddle_resample_interpolate" in y.grad_fn.name()
    assert (
        "paddle_resample" not in interpolate(x, scale=2, antialias=True).grad_fn.name()
    )


def test_a_size_below_one_is_refused(switch):
    switch(True)
    with pytest.raises(ValueError, match="size must be of positive integers"):
        interpolate(paddle.ones([1, 1, 4, 4]), size=(0, 4))
