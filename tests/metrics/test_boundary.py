import itertools

import numpy as np
import pytest

from paddle_resample.metrics.boundary import (
    boundary_iou_counts,
    inner_boundary,
    label_boundary,
    trimap_counts,
)
from paddle_resample.metrics.boundary_f1 import boundary_f1
from tests.metrics.boundary_pictures import VOID, contour, picture, voided


@pytest.mark.parametrize("distance", [1, 2, 3])
def test_inner_boundary_by_looking_around(rng, distance):
    mask = rng.random((11, 13)) < 0.8
    expected = np.zeros_like(mask)
    for y, x in np.argwhere(mask):
        for dy, dx in itertools.product(range(-distance, distance + 1), repeat=2):
            inside = 0 <= y + dy < 11 and 0 <= x + dx < 13
            if not inside or not mask[y + dy, x + dx]:
                expected[y, x] = True
    assert (inner_boundary(mask, distance) == expected).all()


def test_boundary_iou_of_shifted_squares():
    """Two 20x20 squares, 4 columns apart, boundary 1 pixel: by hand."""
    label = np.zeros((60, 60), int)
    label[10:30, 10:30] = 1
    prediction = np.zeros_like(label)
    prediction[10:30, 14:34] = 1
    counts = boundary_iou_counts(prediction, label, 2, ratio=1 / 60 / 2**0.5)
    # Rows 10 and 29 share 16 columns; each ring has 76 pixels; a column of one ring
    # crosses the other's rows at its two ends, which are counted already.
    assert counts[:, 1].tolist() == [32, 2 * 76 - 32]


def ring(mask, void, distance):
    """Boundary region of Boundary IoU, by looking at every pixel; void borders none."""
    around = list(itertools.product((-1, 0, 1), repeat=2))
    height, width = mask.shape
    contour = []
    for y, x in np.argwhere(mask):
        for dy, dx in around:
            inside = 0 <= y + dy < height and 0 <= x + dx < width
            if not inside or not (mask | void)[y + dy, x + dx]:
                contour.append((y, x))
                break
    region = np.zeros_like(mask)
    for y, x in np.argwhere(mask):
        region[y, x] = any(max(abs(y - v), abs(x - u)) < distance for v, u in contour)
    return region


@pytest.mark.parametrize("distance", [1, 3])
@pytest.mark.parametrize("void", [False, True], ids=str)
def test_boundary_iou_counts_by_loops(rng, distance, void):
    prediction, label = picture(rng, void=void)
    p, g = voided(prediction, label)
    ratio = distance / np.hypot(17, 23)
    counts = boundary_iou_counts(prediction, label, 4, ratio=ratio)
    for c in range(4):
        a, b = ring(p == c, g < 0, distance), ring(g == c, g < 0, distance)
        assert counts[:, c].tolist() == [(a & b).sum(), (a | b).sum()]


def test_a_border_with_void_is_no_boundary_for_any_measure():
    """Two classes with a strip of void between them, in the middle of a third."""
    label = np.zeros((40, 60), int)
    label[10:30, 10:30], label[10:30, 34:54] = 1, 2
    label[9:31, 9:31] = np.where(label[9:31, 9:31] == 1, 1, VOID)
    label[9:31, 33:55] = np.where(label[9:31, 33:55] == 2, 2, VOID)
    prediction = np.where(label == VOID, 1, label)
    assert not label_boundary(voided(prediction, label)[1]).any()
    assert not trimap_counts(prediction, label, 3).any()
    assert np.isnan(boundary_f1(prediction, label, 3)).all()
    counts = boundary_iou_counts(prediction, label, 3, ratio=2 / np.hypot(40, 60))
    frame = 40 * 60 - 36 * 56  # of class 0: the border of the image is a boundary
    assert counts.tolist() == [[frame, 0, 0]] * 2


def test_what_is_predicted_in_void_changes_nothing(rng):
    prediction, label = picture(rng)
    other = np.where(label == VOID, rng.integers(0, 4, label.shape), prediction)
    for measure in (boundary_iou_counts, trimap_counts, boundary_f1):
        np.testing.assert_array_equal(
            measure(prediction, label, 4), measure(other, label, 4)
        )


def test_label_boundary_by_loops(rng):
    prediction, label = picture(rng)
    assert (label_boundary(voided(prediction, label)[1]) == contour(
        voided(prediction, label)[1]
    )).all()  # fmt: skip


@pytest.mark.parametrize("void", [False, True], ids=str)
def test_trimap_by_loops(rng, void):
    prediction, label = picture(rng, void=void)
    p, g = voided(prediction, label)
    edge = contour(g)
    widths = (1, 2, 4)
    counts = trimap_counts(prediction, label, 4, widths=widths)
    for i, width in enumerate(widths):
        expected = np.zeros((3, 4), int)
        for y, x in np.argwhere(g >= 0):
            near = np.hypot(*(np.argwhere(edge) - (y, x)).T).min()
            if near <= width - 1:
                expected[0, g[y, x]] += p[y, x] == g[y, x]
                expected[1, g[y, x]] += 1
                expected[2, p[y, x]] += 1
        assert (counts[i] == expected).all()


def test_a_wide_band_is_the_whole_image(rng):
    prediction, label = picture(rng, void=False)
    counts = trimap_counts(prediction, label, 4, widths=(1000,))
    assert counts[0, 1].tolist() == np.bincount(label.ravel(), minlength=4).tolist()


def test_trimap_without_any_boundary():
    assert not trimap_counts(np.zeros((5, 5), int), np.zeros((5, 5), int), 2).any()
