import numpy as np
import pytest

from paddle_resample.metrics.boundary_f1 import boundary_f1, mean_boundary_f1
from tests.metrics.boundary_pictures import contour, nearest, picture, voided


@pytest.mark.parametrize("void", [False, True], ids=str)
def test_boundary_f1_by_loops(rng, void):
    prediction, label = picture(rng, void=void)
    p, g = voided(prediction, label)
    tolerance = 0.06 * np.hypot(17, 23)
    scores = boundary_f1(prediction, label, 5, ratio=0.06)
    for c in range(4):
        a, b = contour(p) & (p == c), contour(g) & (g == c)
        precision = np.mean([d <= tolerance for d in nearest(a, b)])
        recall = np.mean([d <= tolerance for d in nearest(b, a)])
        expected = 2 * precision * recall / (precision + recall)
        assert scores[c] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(scores[4])


def test_boundary_f1_of_a_set():
    table = [[1.0, 0.5, np.nan], [np.nan] * 3, [0.2, np.nan, np.nan]]
    assert mean_boundary_f1(table) == pytest.approx((0.75 + 0.2) / 2)
    scores = mean_boundary_f1(table, np.array([[1, 5, 3], [0, 1, 0]]))
    assert scores[0] == pytest.approx((0.75 + 3 * 0.2) / 4) and np.isnan(scores[1])


def test_boundary_f1_of_equal_and_of_absent():
    label = np.zeros((20, 20), int)
    label[5:10, 5:10] = 1
    assert boundary_f1(label, label, 3)[:2].tolist() == [1, 1]
    scores = boundary_f1(np.zeros_like(label), label, 3)
    assert scores[1] == 0 and scores[0] == 0 and np.isnan(scores[2])


def test_the_tolerance_is_a_share_of_the_diagonal():
    """A contour 3 pixels off counts at 0.75 % of a diagonal of 400, not of 300."""
    for side, expected in ((300, 1.0), (200, 0.0)):
        label = np.zeros((side, side), int)
        label[:, side // 2 :] = 1
        prediction = np.roll(label, 3, axis=1)
        prediction[:, :3] = 0
        score = boundary_f1(prediction, label, 2)[1]
        assert score == expected


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="both must be one"):
        boundary_f1(np.zeros((3, 3), int), np.zeros((3, 4), int), 2)
