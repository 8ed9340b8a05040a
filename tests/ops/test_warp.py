import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import (
    affine_grid,
    flow_warp,
    grid_sample,
    interpolate,
    offset_warp,
    regular_grid,
)
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


@pytest.mark.parametrize("padding", ["zeros", "border"])
@pytest.mark.parametrize("groups", [1, 2])
def test_offset_warp_equals_loops(rng, groups, padding):
    x = rng.normal(size=(2, 4, 3, 5))
    offset = 2 * rng.normal(size=(2, 2 * groups, 7, 6))
    given = (paddle.to_tensor(x), paddle.to_tensor(offset))
    y = offset_warp(*given, groups=groups, padding=padding).numpy()
    for g in range(groups):
        channels = slice(g * 4 // groups, (g + 1) * 4 // groups)
        # A flow of 1 is half an output pixel, an offset of 1 one pixel of x.
        flow = offset[:, [g, groups + g]] * [[[[2 * 6 / 5]], [[2 * 7 / 3]]]]
        expected = loops.flow_warp(x[:, channels], flow, False, padding)
        np.testing.assert_allclose(y[:, channels], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_coordinates_are_float32_at_the_least(rng, mode):
    """float16 has no more than 2048 steps from centre to edge of the map."""
    x = paddle.to_tensor(rng.normal(size=(1, 1, 1, 5001)).astype("float32"))
    flow = paddle.full([1, 2, 1, 5001], 0.25)
    y = flow_warp(x, flow.astype("float16"))
    assert y.dtype == paddle.float32
    np.testing.assert_array_equal(y.numpy(), flow_warp(x, flow).numpy())
    y = offset_warp(x, flow.astype("float16"))
    np.testing.assert_array_equal(y.numpy(), offset_warp(x, flow).numpy())
    grid = regular_grid((1, 5001), False)
    y = grid_sample(x.astype("float16"), grid, mode)
    assert y.dtype == paddle.float16
    sampled = grid_sample(x, grid, mode).numpy()
    np.testing.assert_allclose(y.numpy(), sampled, rtol=2e-3, atol=2e-3)


def test_amp_is_off_where_coordinates_are_made(monkeypatch):
    """On a CPU Paddle's AMP does nothing, so look for the switch."""
    switches = []
    guard = paddle.amp.auto_cast
    monkeypatch.setattr(
        paddle.amp,
        "auto_cast",
        lambda enable: switches.append(enable) or guard(enable=enable),
    )
    x, flow = paddle.ones([1, 1, 2, 2]), paddle.zeros([1, 2, 2, 2])
    flow_warp(x, flow)
    offset_warp(x, flow)
    affine_grid(paddle.ones([1, 2, 3]), (2, 2))
    grid_sample(x, regular_grid((2, 2), False), "bicubic")
    assert switches == [False] * 4


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


@CORNERS
def test_flow_in_whole_pixels(rng, align_corners):
    x = rng.normal(size=(1, 1, 5, 6))
    flow = np.zeros((1, 2, 5, 6))
    flow[:, 0], flow[:, 1] = 1, -2
    given = (paddle.to_tensor(x), paddle.to_tensor(flow), align_corners)
    y = flow_warp(*given, unit="pixel", padding="border").numpy()
    np.testing.assert_allclose(y[..., 2:, :-1], x[..., :-2, 1:], atol=1e-12)
    np.testing.assert_allclose(y[..., :2, :-1], x[..., :1, 1:].repeat(2, 2), atol=1e-12)


def test_gradient(rng, check_gradient):
    x = rng.normal(size=(1, 2, 4, 5))
    grid = rng.uniform(-0.9, 0.9, size=(1, 3, 3, 2))
    check_gradient(lambda x, g: grid_sample(x, g), x, grid)
    flow = rng.normal(size=(1, 2, 6, 7))
    check_gradient(lambda x, f: flow_warp(x, f), x, flow)
    check_gradient(lambda x, f: offset_warp(x, f), x, flow)


def test_error_names_the_remedy():
    x, grid = paddle.ones([1, 1, 2, 2]), paddle.zeros([1, 1, 1, 2])
    with pytest.raises(UsageError, match="unknown mode 'bilinaer'; did you mean"):
        grid_sample(x, grid, mode="bilinaer")
    with pytest.raises(UsageError, match="unknown padding 'zero'; did you mean 'zeros"):
        grid_sample(x, grid, padding="zero")
    with pytest.raises(UsageError, match="unknown unit 'pixels'; did you mean 'pixel'"):
        flow_warp(x, paddle.zeros([1, 2, 2, 2]), unit="pixels")
    with pytest.raises(UsageError, match="bicubic takes 4-D tensors, not 5-D"):
        grid_sample(paddle.ones([1, 1, 2, 2, 2]), grid, mode="bicubic")


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
