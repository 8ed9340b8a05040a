import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import flow_warp, grid_sample, interpolate, regular_grid
from tests.reference import interpolate as interpolation
from tests.reference import warp as loops

TOLERANCE = {"float64": 1e-12, "float32": 3e-6}
CORNERS = pytest.mark.parametrize(
    "align_corners", [False, True], ids=["centres", "corners"]
)


@pytest.mark.parametrize("dtype", TOLERANCE)
@CORNERS
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
def test_sample_equals_loops(rng, mode, padding, align_corners, dtype):
    x = rng.normal(size=(2, 3, 4, 5)).astype(dtype)
    grid = rng.uniform(-1.6, 1.6, size=(2, 6, 7, 2)).astype(dtype)
    given = (paddle.to_tensor(x), paddle.to_tensor(grid))
    y = grid_sample(*given, mode, padding, align_corners).numpy()
    assert y.dtype == dtype
    expected = loops.grid_sample(x, grid, mode, padding, align_corners)
    np.testing.assert_allclose(y, expected, rtol=0, atol=TOLERANCE[dtype])


@CORNERS
@pytest.mark.parametrize("padding", ["zeros", "border"])
def test_volume_equals_loops(rng, padding, align_corners):
    x = rng.normal(size=(1, 2, 3, 4, 5))
    grid = rng.uniform(-1.3, 1.3, size=(1, 3, 2, 4, 3))
    given = (paddle.to_tensor(x), paddle.to_tensor(grid))
    y = grid_sample(*given, "bilinear", padding, align_corners).numpy()
    expected = loops.grid_sample(x, grid, "bilinear", padding, align_corners)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)


def test_corners_are_not_aligned_unless_asked(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 1, 3, 3)))
    grid = paddle.to_tensor(rng.uniform(-1, 1, size=(1, 4, 4, 2)))
    default = grid_sample(x, grid).numpy()
    apart = grid_sample(x, grid, align_corners=False).numpy()
    aligned = grid_sample(x, grid, align_corners=True).numpy()
    np.testing.assert_array_equal(default, apart)
    assert np.abs(default - aligned).max() > 0.1


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


@pytest.mark.parametrize("dtype", TOLERANCE)
@CORNERS
@pytest.mark.parametrize("padding", ["zeros", "border"])
def test_flow_warp_equals_loops(rng, padding, align_corners, dtype):
    x = rng.normal(size=(2, 3, 4, 5)).astype(dtype)
    flow = (3 * rng.normal(size=(2, 2, 8, 9))).astype(dtype)
    given = (paddle.to_tensor(x), paddle.to_tensor(flow))
    y = flow_warp(*given, align_corners, padding).numpy()
    assert y.dtype == dtype
    expected = loops.flow_warp(x, flow, align_corners, padding)
    np.testing.assert_allclose(y, expected, rtol=0, atol=4 * TOLERANCE[dtype])


@CORNERS
def test_zero_flow_is_bilinear(rng, align_corners):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 4, 5)))
    zero = paddle.zeros([1, 2, 7, 11], "float64")
    y = flow_warp(x, zero, align_corners, padding="border")
    expected = interpolate(x, size=(7, 11), align_corners=align_corners)
    np.testing.assert_allclose(y.numpy(), expected.numpy(), rtol=0, atol=3e-6)


def test_flow_of_two_is_one_output_pixel_without_aligned_corners(rng):
    x = rng.normal(size=(1, 1, 5, 6))
    flow = np.zeros((1, 2, 5, 6))
    flow[:, 0] = 2
    y = flow_warp(paddle.to_tensor(x), paddle.to_tensor(flow), align_corners=False)
    np.testing.assert_allclose(y.numpy()[..., :-1], x[..., 1:], atol=1e-12)
    np.testing.assert_allclose(y.numpy()[..., -1], 0, atol=1e-12)  # zeros outside


def test_gradient(rng, check_gradient):
    x = rng.normal(size=(1, 2, 4, 5))
    grid = rng.uniform(-0.9, 0.9, size=(1, 3, 3, 2))
    check_gradient(lambda x, g: grid_sample(x, g), x, grid)
    flow = rng.normal(size=(1, 2, 6, 7))
    check_gradient(lambda x, f: flow_warp(x, f), x, flow)


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


def test_error_names_the_remedy():
    x, grid = paddle.ones([1, 1, 2, 2]), paddle.zeros([1, 1, 1, 2])
    with pytest.raises(UsageError, match="unknown mode 'bilinaer'; did you mean"):
        grid_sample(x, grid, mode="bilinaer")
    with pytest.raises(UsageError, match="unknown padding 'zero'; did you mean 'zeros"):
        grid_sample(x, grid, padding="zero")


def test_gradient_of_the_grid_alone(rng):
    """Paddle 2.6 and 3.3 end the process here on a CPU when x wants no gradient."""
    x = paddle.to_tensor(rng.normal(size=(1, 2, 4, 5)))
    points = rng.uniform(-0.9, 0.9, size=(1, 3, 3, 2))
    grads = []
    for frozen in (True, False):
        x.stop_gradient = frozen
        grid = paddle.to_tensor(points, stop_gradient=False)
        grid_sample(x, grid).sum().backward()
        grads.append(grid.grad.numpy())
        assert frozen == (x.grad is None)
    np.testing.assert_array_equal(*grads)
