"""Sampling at given places, native against Paddle's operators, loops, differences."""

import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import flow_warp, grid_sample
from tests.reference import warp as loops

pytestmark = pytest.mark.slow

PADDINGS = pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
CORNERS = pytest.mark.parametrize("corners", [False, True], ids=["centres", "corners"])
MODES = pytest.mark.parametrize("mode", ["bilinear", "nearest"])


def value_and_gradients(x, grid, dy, options, constant=()):
    x = paddle.to_tensor(x, stop_gradient="x" in constant)
    grid = paddle.to_tensor(grid, stop_gradient="grid" in constant)
    y = grid_sample(x, grid, **options)
    (y * paddle.to_tensor(dy)).sum().backward()
    grads = [None if t.grad is None else t.grad.numpy() for t in (x, grid)]
    return y.numpy(), *grads


@MODES
@PADDINGS
@CORNERS
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_equals_paddle(rng, switch, mode, padding, corners, dtype):
    options = {"mode": mode, "padding": padding, "align_corners": corners}
    for shape, size, constant in (
        ((2, 3, 9, 13), (7, 11), ()),
        ((1, 11, 4, 6), (17, 31), ()),  # more than a block of places and of channels
        ((2, 2, 1, 5), (6, 5), ("x",)),
        ((1, 2, 7, 1), (6, 5), ("grid",)),
    ):
        x = rng.normal(size=shape).astype(dtype)
        dy = rng.normal(size=(*shape[:2], *size)).astype(dtype)
        places = rng.uniform(-2.5, 2.5, size=(shape[0], *size, 2))
        for grid in (places, np.round(places * 8) / 8):  # the second on seams
            given = x, grid.astype(dtype), dy, options, constant
            switch(False)
            expected = value_and_gradients(*given)
            switch(True)
            for a, b in zip(value_and_gradients(*given), expected):
                assert (a is None) == (b is None)
                if a is not None:
                    tolerance = 1e-11 if dtype == "float64" else 3e-5
                    np.testing.assert_allclose(a, b, rtol=0, atol=tolerance)


@MODES
@PADDINGS
@CORNERS
def test_equals_loops(rng, switch, mode, padding, corners):
    switch(True)
    x = rng.normal(size=(2, 2, 4, 5))
    grid = rng.uniform(-2, 2, size=(2, 5, 6, 2))
    y = grid_sample(paddle.to_tensor(x), paddle.to_tensor(grid), mode, padding, corners)
    expected = loops.grid_sample(x, grid, mode, padding, corners)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-12)


@PADDINGS
@CORNERS
def test_gradient(rng, switch, check_gradient, padding, corners):
    switch(True)
    check_gradient(
        lambda x, g: grid_sample(x, g, padding=padding, align_corners=corners),
        rng.normal(size=(2, 3, 5, 4)),
        rng.uniform(-1.8, 1.8, size=(2, 3, 6, 2)),
    )


@MODES
@pytest.mark.parametrize("channels", [1, 20])  # alone, as bundles
def test_what_lies_outside_adds_nothing(switch, channels, mode):
    """Not even where the border is infinite or no number."""
    switch(True)
    x = paddle.full([1, channels, 3, 3], float("nan"))
    grid = paddle.full([1, 2, 2, 2], 5.0)
    grid.stop_gradient = False
    y = grid_sample(x, grid, mode)
    np.testing.assert_array_equal(y.numpy(), np.zeros([1, channels, 2, 2]))
    y.sum().backward()
    np.testing.assert_array_equal(grid.grad.numpy(), np.zeros([1, 2, 2, 2]))


@MODES
@PADDINGS
def test_any_place_is_safe(switch, mode, padding):
    switch(True)
    places = [np.nan, np.inf, -np.inf, 3e38, -3e38, 1e30, 0.0]
    grid = np.stack(np.meshgrid(places, places), -1)[None].astype("float32")
    x = paddle.ones([1, 2, 3, 4])
    x.stop_gradient = False
    grid = paddle.to_tensor(grid, stop_gradient=False)
    y = grid_sample(x, grid, mode, padding)
    y.sum().backward()
    assert y.numpy()[0, 0, -1, -1] == 1
    assert x.grad.numpy().shape == (1, 2, 3, 4)


def test_warps_use_it(rng, switch):
    x = rng.normal(size=(2, 3, 5, 7)).astype("float32")
    flow = rng.normal(size=(2, 2, 9, 13)).astype("float32")
    given = paddle.to_tensor(x, stop_gradient=False), paddle.to_tensor(flow)
    switch(False)
    expected = flow_warp(*given).numpy()
    switch(True)
    y = flow_warp(*given)
    assert "paddle_resample_sample_at_offsets" in y.grad_fn.name()
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-6)


def test_a_grid_of_another_batch_is_refused(switch):
    switch(True)
    with pytest.raises(UsageError, match=r"needs a grid \[2, h, w, 2\], not \[1, 3, "):
        grid_sample(paddle.ones([2, 1, 4, 4]), paddle.zeros([1, 3, 3, 2]))
