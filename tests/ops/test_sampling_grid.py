import numpy as np
import paddle
import pytest

from paddle_resample.ops import affine_grid, grid_sample, regular_grid
from tests.reference import interpolate as interpolation

CORNERS = pytest.mark.parametrize(
    "align_corners", [False, True], ids=["centres", "corners"]
)


@CORNERS
@pytest.mark.parametrize("size", [(8, 10), (3, 7), (1, 1)], ids=str)
def test_regular_grid_is_interpolation(rng, size, align_corners):
    x = rng.normal(size=(1, 2, 4, 5))
    grid = regular_grid(size, align_corners, "float64")
    assert list(grid.shape) == [1, *size, 2]
    y = grid_sample(paddle.to_tensor(x), grid, "bilinear", "border", align_corners)
    expected = interpolation.linear(x, size, align_corners)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("align_corners, rows, columns", [
    (False, [-0.5, 0.5], [-2 / 3, 0, 2 / 3]),
    (True, [-1, 1], [-1, 0, 1]),
], ids=["centres", "corners"])  # fmt: skip
def test_regular_grid_values(align_corners, rows, columns):
    grid = regular_grid((2, 3), align_corners, "float64").numpy()[0]
    np.testing.assert_allclose(grid[:, 0, 1], rows, atol=1e-15)
    np.testing.assert_allclose(grid[0, :, 0], columns, atol=1e-15)
    np.testing.assert_array_equal(grid[..., 0], grid[:1, :, 0].repeat(2, 0))


@CORNERS
@pytest.mark.parametrize("size", [(3, 4), (2, 3, 4)], ids=str)
def test_affine_grid_equals_loops(rng, size, align_corners):
    axes = len(size)
    theta = rng.normal(size=(2, axes, axes + 1))
    grid = affine_grid(paddle.to_tensor(theta), size, align_corners).numpy()
    for n, *index in np.ndindex(2, *size):
        here = [
            -1 + (2 * i / (s - 1) if align_corners else (2 * i + 1) / s)
            for i, s in zip(index, size)
        ]
        expected = theta[n] @ [*here[::-1], 1]
        np.testing.assert_allclose(grid[(n, *index)], expected, rtol=0, atol=1e-12)


def test_traced_grid_with_unknown_size_is_the_eager_one(rng):
    def grids(x):
        size = paddle.shape(x)[2:]
        if paddle.in_dynamic_mode():
            size = list(x.shape)[2:]
        return regular_grid(size, True), regular_grid(size, False)

    spec = paddle.static.InputSpec([None, 1, None, None], "float32", "x")
    traced = paddle.jit.to_static(grids, input_spec=[spec], full_graph=True)
    for size in ((4, 7), (1, 3)):
        x = paddle.ones([1, 1, *size])
        for got, expected in zip(traced(x), grids(x)):
            np.testing.assert_allclose(got.numpy(), expected.numpy(), atol=1e-6)


def test_gradient(rng, check_gradient):
    check_gradient(lambda t: affine_grid(t, (3, 4)), rng.normal(size=(2, 2, 3)))
