import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from paddle_resample.metrics.roc import area_under_roc, roc_counts


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("spread", [0.1, 3.0, 20.0])
def test_equals_scikit_learn(rng, classes, spread):
    label = rng.integers(0, classes, (3, 20, 30))
    logits = rng.normal(size=(3, classes, 20, 30)) * spread
    logits += np.moveaxis(np.eye(classes)[label], -1, 1) * spread
    void = rng.random(label.shape) < 0.1
    marked = np.where(void, 255, label)
    counts = sum(
        roc_counts(logits[i : i + 1], marked[i : i + 1], classes) for i in range(3)
    )
    areas = area_under_roc(counts)
    odds = np.moveaxis(logits, 1, -1)[~void]
    for number in range(classes):
        rest = np.delete(odds, number, axis=1)
        score = odds[:, number] - np.log(np.exp(rest).sum(axis=1))
        expected = roc_auc_score(label[~void] == number, score)
        assert areas[number] == pytest.approx(expected, abs=2e-4)


def test_far_beyond_single_precision_s_probabilities():
    """Both probabilities are 1.0 in float32; the order still counts."""
    logits = np.zeros((1, 2, 1, 2))
    logits[0, 1, 0] = 30.0, 20.0
    assert area_under_roc(roc_counts(logits, np.array([[[1, 0]]]), 2))[1] == 1
    assert area_under_roc(roc_counts(logits, np.array([[[0, 1]]]), 2))[1] == 0


def test_ties_count_half_and_absent_classes_not():
    logits = np.zeros((1, 3, 1, 4))
    areas = area_under_roc(roc_counts(logits, np.array([[[0, 0, 1, 255]]]), 3))
    np.testing.assert_array_equal(areas, [0.5, 0.5, np.nan])
