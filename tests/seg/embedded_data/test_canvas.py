import math

import cv2
import numpy as np
import pytest

from paddle_resample.seg.embedded_data.canvas import DETAIL, Canvas, direction
from paddle_resample.seg.embedded_data.classes import (
    BALLOON,
    FENCE,
    LETTER,
    WHEEL,
    WINDOW,
)
from paddle_resample.seg.embedded_data.structures import _bunch, _mark_between

WHITE = (255, 255, 255)


def middle_thickness(mask):
    """Median over the ridge of the distance to the outside, both ways."""
    depth = cv2.distanceTransform(np.uint8(mask), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ridge = (depth > 0) & (depth >= cv2.dilate(depth, np.ones((3, 3))))
    return 2 * np.median(depth[ridge]) - 0.5  # from middle to middle of points


@pytest.mark.parametrize("degrees", [0, 17, 45, 71, 90, 133])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_a_stroke_is_as_wide_as_it_says(width, degrees):
    c, s = direction(degrees)
    thick, cover = [], []
    for i in range(16):  # a single line's pixels depend on where it lies between them
        x, y = 31 + i % 4 / 4, 32 + i // 4 / 4
        canvas = Canvas(64, 64)
        ends = [(x - 25 * c, y - 25 * s), (x + 25 * c, y + 25 * s)]
        canvas.stroke(ends, width, WHITE, WHEEL)
        _, label, thin = canvas.finish()
        assert set(thin[label == WHEEL]) == {width}
        assert not thin[label != WHEEL].any()
        thick.append(middle_thickness(canvas.points[..., 3] > 0) / DETAIL)
        cover.append(np.count_nonzero(label) / 50)
    assert np.mean(thick) == pytest.approx(width, abs=0.3)
    assert np.mean(cover) == pytest.approx(width, abs=0.15)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_ring_is_as_wide_as_it_says(width):
    canvas = Canvas(64, 64)
    canvas.ring((32.4, 31.7), 20, width, WHITE, WHEEL)
    _, label, thin = canvas.finish()
    assert set(thin[label == WHEEL]) == {width}
    area = np.count_nonzero(label) / (2 * math.pi * 20)
    assert area == pytest.approx(width, rel=0.08)
    rows, columns = np.nonzero(label)
    radii = np.hypot(columns + 0.5 - 32.4, rows + 0.5 - 31.7)
    assert abs(radii - 20).max() <= width / 2 + 0.4


def test_picture_and_label_lie_on_each_other():
    canvas = Canvas(48, 64)
    canvas.disc((30.3, 20.8), 9.6, WHITE, BALLOON)
    image, label, _ = canvas.finish()
    cover = image[..., 0] / 255
    assert cover.sum() == pytest.approx(math.pi * 9.6**2, rel=0.02)
    for mass, near in ((cover, 0.05), (label == BALLOON, 0.16)):
        y, x = (np.arange(n) + 0.5 for n in mass.shape)
        assert (mass.sum(0) * x).sum() / mass.sum() == pytest.approx(30.3, abs=near)
        assert (mass.sum(1) * y).sum() / mass.sum() == pytest.approx(20.8, abs=near)
    assert (label[cover > 0.9] == BALLOON).all() and not label[cover < 0.1].any()
    assert set(np.unique(label)) == {0, BALLOON}  # hard, though the picture is smooth
    assert np.count_nonzero((cover > 0.1) & (cover < 0.9)) > 30


def test_bars_on_whole_pixels_are_exact():
    canvas = Canvas(32, 32)
    for x, width in ((4, 1), (8, 2), (14, 3), (20, 4)):
        canvas.stroke([(x + width / 2, 0), (x + width / 2, 32)], width, WHITE, FENCE)
    image, label, thin = canvas.finish()
    expected = np.zeros(32, int)
    for x, width in ((4, 1), (8, 2), (14, 3), (20, 4)):
        expected[x : x + width] = width
    np.testing.assert_array_equal(thin, np.tile(expected, (32, 1)))
    np.testing.assert_array_equal(label, np.where(thin, FENCE, 0))
    np.testing.assert_array_equal(image[..., 1], np.where(thin, 255, 0))


@pytest.mark.parametrize("gap", [1, 2])
def test_a_marked_gap_is_as_narrow_as_it_says(gap):
    canvas = Canvas(64, 64)
    circles = [(22.3, 30.1, 10.0), (22.3 + 19 + gap, 30.1, 9.0)]
    for x, y, r in circles:
        canvas.disc((x, y), r, WHITE, BALLOON)
    _mark_between(canvas, *circles, gap)
    _, label, thin = canvas.finish()
    assert not thin[label == BALLOON].any() and set(np.unique(thin)) == {0, gap}
    rows, columns = np.nonzero(thin)
    assert len(rows) >= 4 * gap
    for y, x in zip(rows, columns):
        (ax, ay, ar), (bx, by, br) = circles
        across = math.hypot(x + 0.5 - ax, y + 0.5 - ay) - ar
        across += math.hypot(x + 0.5 - bx, y + 0.5 - by) - br
        assert gap - 0.4 < across < gap + 0.8


def test_a_bunch_touches_but_never_overlaps():
    from paddle_resample.seg.embedded_data.dice import Dice

    for key in range(20):
        bunch = _bunch(Dice(key), 50, 50, 5, 2, 1.0)
        assert len(bunch) == 5
        for i, (x, y, r) in enumerate(bunch):
            spaces = [
                math.hypot(x - a, y - b) - r - c
                for j, (a, b, c) in enumerate(bunch)
                if j != i
            ]
            assert min(spaces) == pytest.approx(2, abs=0.01)


def test_mark_gives_a_width_and_keeps_the_class():
    canvas = Canvas(32, 32)
    canvas.polygon([(0, 0), (32, 0), (32, 32), (0, 32)], WHITE, LETTER)
    canvas.mark((5, 6, 7, 20), 2)
    _, label, thin = canvas.finish()
    assert (label == LETTER).all()
    assert (thin[6:20, 5:7] == 2).all() and np.count_nonzero(thin) == 28


def test_paste_lays_a_picture_where_the_mask_is(rng):
    picture = rng.integers(0, 255, (8, 32, 3), dtype=np.uint8)
    picture[:, :16] = (10, 20, 30)
    mask = np.zeros((8 * DETAIL, 32 * DETAIL), np.uint8)
    mask[:, : 12 * DETAIL] = 255
    canvas = Canvas(32, 32)
    canvas.paste(picture, mask, WINDOW, top=4)
    image, label, _ = canvas.finish()
    assert (label[4:12, :12] == WINDOW).all()
    assert np.count_nonzero(label) == 96
    assert (image[5:11, 1:11] == (10, 20, 30)).all()


def test_shade_darkens_the_picture_only():
    canvas = Canvas(32, 32)
    canvas.polygon([(-2, -2), (34, -2), (34, 34), (-2, 34)], (200, 100, 40), FENCE)
    canvas.shade([(8, 8), (24, 8), (24, 24), (8, 24)], 128)
    image, label, _ = canvas.finish()
    assert (label == FENCE).all()
    assert image[16, 16].tolist() == [100, 50, 20]
    assert image[2, 2].tolist() == [200, 100, 40]
