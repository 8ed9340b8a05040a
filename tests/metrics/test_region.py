import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from paddle_resample.metrics import confusion_matrix, region_scores


@pytest.fixture
def maps(rng):
    label = rng.integers(0, 4, size=(3, 9, 11))
    prediction = np.where(rng.random(label.shape) < 0.6, label, 3 - label)
    label[rng.random(label.shape) < 0.2] = 255
    return prediction, label


def test_matrix_equals_loops(maps):
    prediction, label = maps
    expected = np.zeros((4, 4), int)
    for p, t in zip(prediction.ravel(), label.ravel()):
        if t != 255:
            expected[t, p] += 1
    np.testing.assert_array_equal(confusion_matrix(prediction, label, 4), expected)


def test_scores_equal_scikit_learn(maps):
    prediction, label = maps
    scores = region_scores(confusion_matrix(prediction, label, 4))
    p, t = prediction[label != 255], label[label != 255]
    iou = sklearn_metrics.jaccard_score(t, p, average=None)
    np.testing.assert_allclose(scores["iou"], iou)
    assert scores["miou"] == pytest.approx(iou.mean())
    assert scores["accuracy"] == pytest.approx((p == t).mean())
    assert scores["kappa"] == pytest.approx(sklearn_metrics.cohen_kappa_score(t, p))
    f1 = sklearn_metrics.f1_score(t, p, average=None)
    np.testing.assert_allclose(scores["dice"], f1)
    np.testing.assert_allclose(
        scores["precision"], sklearn_metrics.precision_score(t, p, average=None)
    )
    np.testing.assert_allclose(
        scores["recall"], sklearn_metrics.recall_score(t, p, average=None)
    )


def test_void_that_is_a_class_number_is_not_counted():
    label = np.array([0, 1, 2, 2])
    perfect = np.array([0, 1, 0, 1])
    matrix = confusion_matrix(perfect, label, num_classes=3, ignore_index=2)
    assert matrix.sum() == 2
    assert region_scores(matrix)["miou"] == 1.0


def test_absent_class_does_not_enter_the_mean():
    scores = region_scores(np.diag([5, 7, 0]))
    assert scores["miou"] == 1.0 and np.isnan(scores["iou"][2])


def test_nothing_labelled_is_no_score():
    assert np.isnan(region_scores(np.zeros((2, 2)))["miou"])


@pytest.mark.parametrize("value", [-1, 4])
def test_value_out_of_range(value):
    with pytest.raises(ValueError, match=f"label value {value} is outside 0 to 3"):
        confusion_matrix(np.zeros(3, int), np.array([0, value, 1]), 4)


def test_shapes_must_agree():
    with pytest.raises(ValueError, match=r"\(2,\) but label is \(3,\)"):
        confusion_matrix(np.zeros(2, int), np.zeros(3, int), 2)
