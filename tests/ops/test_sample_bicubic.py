"""Bicubic sampling, as grid_sample's mode."""

import numpy as np
import paddle
import pytest

from paddle_resample.ops import grid_sample, regular_grid
from tests.reference import interpolate as interpolation
from tests.reference import warp as loops

TOLERANCE = {"float64": 1e-12, "float32": 3e-6}
CORNERS = pytest.mark.parametrize(
    "align_corners", [False, True], ids=["centres", "corners"]
)


@pytest.mark.parametrize("dtype", TOLERANCE)
@CORNERS
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("size", [(4, 5), (1, 3), (2, 1)], ids=str)
def test_bicubic_equals_loops(rng, size, padding, align_corners, dtype):
    x = rng.normal(size=(2, 3, *size)).astype(dtype)
    grid = rng.uniform(-4, 4, size=(2, 6, 7, 2)).astype(dtype)
    given = (paddle.to_tensor(x), paddle.to_tensor(grid))
    y = grid_sample(*given, "bicubic", padding, align_corners).numpy()
    assert y.dtype == dtype
    expected = loops.bicubic(x, grid, padding, align_corners)
    np.testing.assert_allclose(y, expected, rtol=0, atol=20 * TOLERANCE[dtype])


@CORNERS
def test_bicubic_on_the_regular_grid_is_interpolation(rng, align_corners):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 4, 5)))
    grid = regular_grid((7, 11), align_corners, "float64")
    y = grid_sample(x, grid, "bicubic", "border", align_corners).numpy()
    expected = interpolation.bicubic(x.numpy(), (7, 11), align_corners)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)


def test_bicubic_of_places_that_are_none(rng):
    """Far away, infinite or no number: no memory outside the map is read."""
    x = paddle.to_tensor(rng.normal(size=(1, 1, 3, 4)))
    places = [[1e30, 0.0], [-np.inf, 0.5], [np.nan, np.nan], [0.1, 0.2]]
    grid = paddle.to_tensor(np.array(places).reshape(1, 1, 4, 2))
    y = grid_sample(x, grid, "bicubic").numpy().ravel()
    expected = loops.bicubic(x.numpy(), grid.numpy()[:, :, 3:])
    np.testing.assert_allclose(y[3], expected.item(), atol=1e-12)


def test_traced_bicubic_is_the_eager_one(rng):
    def sample(x, grid):
        return grid_sample(x, grid, "bicubic", "reflection")

    specs = [
        paddle.static.InputSpec([None, 2, None, None], "float32", "x"),
        paddle.static.InputSpec([None, None, None, 2], "float32", "grid"),
    ]
    traced = paddle.jit.to_static(sample, input_spec=specs, full_graph=True)
    for size in ((4, 7), (1, 3)):
        x = paddle.to_tensor(rng.normal(size=(2, 2, *size)).astype("float32"))
        grid = rng.uniform(-2, 2, size=(2, 3, 5, 2)).astype("float32")
        grid = paddle.to_tensor(grid)
        y, expected = traced(x, grid).numpy(), sample(x, grid).numpy()
        np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_gradient(rng, check_gradient, padding):
    x = rng.normal(size=(1, 2, 4, 5))
    grid = rng.uniform(-1.4, 1.4, size=(1, 3, 3, 2))
    check_gradient(lambda x, g: grid_sample(x, g, "bicubic", padding), x, grid)
