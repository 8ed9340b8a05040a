import numpy as np
import paddle
import pytest

from paddle_resample.blocks.key_window import KeyWindow


def seen(index, count, coarse, reach):
    """First and end of what one query sees, in exact steps of float32."""
    place = np.float32(index + 0.5) / np.float32(count)
    low, high = (
        np.clip(np.float32(place + sign * np.float32(reach)), 0, 1) for sign in (-1, 1)
    )
    side = np.float32(coarse)
    return int(np.floor(low * side)), int(np.ceil(high * side))


@pytest.mark.parametrize("reach", [0.1, 0.25, 1.0])
@pytest.mark.parametrize("tile, place", [((2, 3), (4, 6)), ((10, 14), (0, 0))])
def test_cut_is_the_common_rectangle_and_the_mask_each_window(reach, tile, place):
    fine, coarse = (10, 14), (8, 9)
    keys = paddle.arange(72, dtype="float32").reshape([1, 8, 9, 1])
    (left,), bias = KeyWindow(reach, fine, coarse).cut(tile, place, keys)
    windows = [
        [seen(p + k, n, m, reach) for k in range(t)]
        for p, t, n, m in zip(place, tile, fine, coarse)
    ]
    (top, bottom), (first, end) = ((w[0][0], w[-1][1]) for w in windows)
    np.testing.assert_array_equal(left.numpy(), keys.numpy()[:, top:bottom, first:end])
    allowed = bias.numpy().reshape(*tile, bottom - top, end - first) == 0
    for i, j in np.ndindex(*tile):
        expected = np.zeros(coarse, bool)
        rows, columns = windows[0][i], windows[1][j]
        expected[slice(*rows), slice(*columns)] = True
        np.testing.assert_array_equal(
            allowed[i, j], expected[top:bottom, first:end], err_msg=f"{i}, {j}"
        )


def test_a_reach_below_rounding_still_sees_a_pixel():
    keys = paddle.ones([1, 2, 2, 1])
    (left,), bias = KeyWindow(1e-12, (1, 1), (2, 2)).cut((1, 1), (0, 0), keys)
    assert list(left.shape) == [1, 1, 1, 1] and not bias.numpy().any()


def test_tiles_of_a_large_map_leave_most_keys_alone():
    """Of 256x384 queries and 128x192 keys, within a tenth of the side."""
    fine, coarse = (256, 384), (128, 192)
    window = KeyWindow(0.1, fine, coarse)
    tall, wide = window.tile(batch=1)
    products, largest = 0, 0
    for row in range(0, fine[0], tall):
        for column in range(0, fine[1], wide):
            h, w = min(tall, fine[0] - row), min(wide, fine[1] - column)
            rows, columns = (
                seen(p + n - 1, f, c, 0.1)[1] - seen(p, f, c, 0.1)[0]
                for p, n, f, c in zip((row, column), (h, w), fine, coarse)
            )
            products += h * w * rows * columns
            largest = max(largest, h * w * rows * columns)
    assert products < 0.08 * 256 * 384 * 128 * 192
    assert largest <= 2**22


def test_a_small_map_is_one_tile():
    assert KeyWindow(0.1, (16, 24), (8, 12)).tile(batch=2) == (16, 24)
