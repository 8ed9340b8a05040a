import json

import numpy as np
import paddle
import pytest
from PIL import Image

from operator_picture import (
    HEIGHT,
    WIDTH,
    draw_operator,
    save_operator_picture,
)
from operator_view import SIDE, view_operator, zone_plate
from paddle_resample import build
from paddle_resample.lab.measurements.impulse import impulse_response, pixels_read

LINEAR = np.array([1, 3, 3, 1]) / 4


def in_the_middle(kernel, size):
    """A kernel with zeros around, its cells of 2 pixels where a view has them."""
    wide = np.zeros((size, size))
    first = size // 2 + 1 - len(kernel) // 2
    wide[first : first + len(kernel), first : first + len(kernel)] = kernel
    return wide


@pytest.fixture
def any_map(rng):
    return paddle.to_tensor(rng.normal(size=(1, 2, 6, 7)))


def test_one_pixel_of_nearest_is_a_box(any_map):
    found = impulse_response(build("nearest", 2, scale=3), any_map, (2, 4), channel=1)
    expected = np.zeros((18, 21))
    expected[6:9, 12:15] = 1
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_one_pixel_of_bilinear_is_a_tent(any_map):
    found = impulse_response(build("bilinear", 2), any_map, (2, 4))
    expected = np.zeros((12, 14))
    expected[3:7, 7:11] = np.outer(LINEAR, LINEAR)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_guide_and_side_reach_the_operator(rng, any_map):
    fine = paddle.to_tensor(rng.normal(size=(1, 2, 12, 14)))
    x, side = build("max_pool", 2).record(fine)
    up = build("max_unpool", 2, side="pool_indices")
    found = impulse_response(up, x, (2, 4), side=side)
    cell = fine.numpy()[0, 0, 4:6, 8:10]
    np.testing.assert_allclose(found[4:6, 8:10], cell == cell.max(), atol=1e-9)
    assert found.sum() == pytest.approx(1)
    guided = impulse_response(build("jbu", 2, guide_channels=2), x, (2, 4), guide=fine)
    assert guided.shape == (12, 14) and guided.max() > 0.1


def test_what_one_pixel_of_a_downsampler_reads(any_map):
    blur = build("blur_pool", 2)  # [1, 3, 3, 1] / 8, centred on 2 * i + 0.5
    found = pixels_read(blur, any_map, (1, 2), channel=1)
    expected = np.zeros((6, 7))
    expected[1:5, 3:7] = np.outer(LINEAR, LINEAR) / 4
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_learned_kernel_is_its_weight(any_map):
    up = build("conv_transpose", 2)
    up.to(dtype="float64")
    found = impulse_response(up, any_map, (1, 1), channel=1)
    np.testing.assert_allclose(found[2:4, 2:4], up.conv.weight.numpy()[1, 1], atol=1e-9)


def test_view_of_bilinear():
    view = view_operator("bilinear")
    expected = in_the_middle(np.outer(LINEAR, LINEAR), 16)
    np.testing.assert_allclose(view.kernel, expected, atol=1e-9)
    assert view.kernel_sum == pytest.approx(4)
    assert view.input.shape == (SIDE // 2, SIDE // 2, 3)
    assert view.output.shape == (SIDE, SIDE, 3) and view.stretched == (False, False)
    np.testing.assert_array_equal(view.edge_input, [0] * 6 + [1] * 10)
    expected = [0] * 11 + [0.25, 0.75] + [1] * 19
    np.testing.assert_allclose(view.edge_output, [expected, expected])


def test_view_of_a_downsampler():
    view = view_operator("avg_pool")
    np.testing.assert_allclose(view.kernel, in_the_middle(np.full((2, 2), 0.25), 16))
    plate = zone_plate(SIDE).reshape(SIDE // 2, 2, SIDE // 2, 2).mean((1, 3))
    np.testing.assert_allclose(view.output[..., 0], plate)
    np.testing.assert_allclose(view.edge_output, [[0] * 6 + [0.5] + [1] * 9])


def test_view_of_the_border():
    """CARAFE's zeros outside: two of five columns are lost at the border."""
    row = view_operator("carafe").edge_output[0]
    np.testing.assert_allclose(row[[-1, -3, -5]], [0.6, 0.8, 1.0], atol=0.01)


def test_zone_plate_ends_at_half_a_cycle():
    line = zone_plate(64)[np.arange(64), np.arange(64)]
    assert line.min() >= 0 and line.max() <= 1
    # On the diagonal the phase grows by pi * r**2 / (2**0.5 * 64): pi / 2**0.5 a pixel
    # step of 2**0.5 in the corner.
    radius = (np.arange(64) - 31.5) * 2**0.5
    phase = np.pi * radius**2 / (2**0.5 * 64)
    np.testing.assert_allclose(line, 0.5 + 0.5 * np.cos(phase), atol=1e-12)
    slope = 2 * np.pi * 32 * 2**0.5 / (2**0.5 * 64)
    assert slope == pytest.approx(np.pi)


@pytest.mark.parametrize(
    "name, rows",  # of a cell, one where they are equal
    [("nearest", 1), ("final_patch_expand", 4), ("haar", 1)],
)
def test_drawing(name, rows, tmp_path):
    view = view_operator(name)
    figure = draw_operator(view)
    assert figure.get_size_inches() * 300 == pytest.approx([WIDTH, HEIGHT])
    first, second, kernel, edge = figure.axes
    np.testing.assert_array_equal(first.images[0].get_array(), view.input)
    np.testing.assert_array_equal(second.images[0].get_array(), view.output)
    np.testing.assert_array_equal(kernel.images[0].get_array(), view.kernel)
    drawn = [line.get_ydata() for line in edge.lines if line.get_marker() == "o"]
    np.testing.assert_array_equal(drawn, view.edge_output[:rows])
    path = save_operator_picture(view, tmp_path)
    with Image.open(path) as picture:
        assert picture.size == (WIDTH, HEIGHT)
    assert path.stat().st_size <= 60_000
    numbers = json.loads(path.with_suffix(".json").read_text())
    np.testing.assert_allclose(numbers["kernel"], view.kernel, atol=1e-6)
    assert numbers["kernel_sum"] == pytest.approx(view.kernel_sum, abs=1e-6)


def test_views_repeat():
    one, other = view_operator("pixel_shuffle"), view_operator("pixel_shuffle")
    assert one.numbers() == other.numbers()
    np.testing.assert_array_equal(one.output, other.output)
    assert view_operator("pixel_shuffle", seed=1).numbers() != one.numbers()
