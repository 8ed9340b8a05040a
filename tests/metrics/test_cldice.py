import numpy as np
import pytest
from skimage.morphology import skeletonize

from paddle_resample.metrics.cldice import cldice, cldice_counts, skeleton

VOID = 255


def shit(v_p, v_l):
    """clDice of two masks as the paper has it."""
    s_p, s_l = skeletonize(v_p), skeletonize(v_l)
    precision = (s_p & v_l).sum() / s_p.sum()
    sensitivity = (s_l & v_p).sum() / s_l.sum()
    return 2 * precision * sensitivity / (precision + sensitivity)


def lines(rng, size=(40, 50)):
    label = np.zeros(size, int)
    label[8:11], label[:, 20:23], label[30:, :10] = 1, 2, 2
    prediction = np.roll(label, 1, axis=0)
    prediction[:, 5:9] = 0
    return np.where(rng.random(size) < 0.02, 1, prediction), label


def test_equals_the_paper(rng):
    prediction, label = lines(rng)
    scores = cldice(cldice_counts(prediction, label, 4))
    for c in range(3):
        assert scores[c] == pytest.approx(shit(prediction == c, label == c))
    assert np.isnan(scores[3])


def test_a_cropped_skeleton_is_that_of_the_whole(rng):
    mask = np.zeros((30, 40), bool)
    mask[4:9, 6:30], mask[8:20, 12:15] = True, True
    assert (skeleton(mask) == skeletonize(mask)).all()


def test_a_gap_costs_only_recall():
    """A line of one pixel, a tenth of it missing, by hand."""
    label = np.zeros((9, 100), int)
    label[4] = 1
    prediction = label.copy()
    prediction[4, 40:50] = 0
    assert cldice_counts(prediction, label, 2)[:, 1].tolist() == [90, 90, 90, 100]
    assert cldice(cldice_counts(prediction, label, 2))[1] == pytest.approx(1.8 / 1.9)


def test_void_is_void_in_both():
    label = np.zeros((9, 100), int)
    label[4] = 1
    prediction = label.copy()
    prediction[4, 40:50] = 0
    label[:, 40:50] = VOID
    assert cldice(cldice_counts(prediction, label, 2))[1] == 1


def test_one_without_the_other_is_zero():
    empty, line = np.zeros((9, 30), int), np.zeros((9, 30), int)
    line[4] = 1
    assert cldice(cldice_counts(empty, line, 2))[1] == 0
    assert cldice(cldice_counts(line, empty, 2))[1] == 0
