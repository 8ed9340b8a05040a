"""The statistics of docs/lab_against_study.py, against SciPy and by hand."""

import lab_against_study as made
import numpy as np
import pytest
from scipy import stats


def test_correlation_and_p_are_scipys(rng):
    x, y = rng.normal(size=(2, 6))
    x[1] = x[0]  # a tie
    exact = stats.permutation_test(
        (x,),
        lambda a: stats.spearmanr(a, y).statistic,
        permutation_type="pairings",
        n_resamples=np.inf,
        axis=0,
        vectorized=False,
    )
    assert made.spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
    assert made.permutation_p(x, y) == pytest.approx(exact.pvalue, abs=0.02)


def test_the_least_p_of_four_methods_is_two_orders_of_24():
    assert made.permutation_p([1, 2, 3, 4], [1, 2, 3, 4]) == pytest.approx(2 / 24)


def test_the_interval_covers_nineteen_of_twenty(rng):
    """Normal pairs; the population's rank correlation is 6/pi asin(r/2)."""
    true = 6 / np.pi * np.arcsin(0.3)
    pairs = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=(1500, 20))
    intervals = [made.interval(made.spearman(*p.T), 20) for p in pairs]
    covered = np.mean([low < true < high for low, high in intervals])
    assert 0.93 < covered < 0.97


def test_a_perfect_correlation_has_no_interval():
    assert made.interval(-1.0, 5) is None


def test_reliability_of_orders():
    alike = [[1, 1.1], [2, 2.1], [3, 3.1], [4, 4.1]]
    turned = [[1, 4], [2, 3], [3, 2], [4, 1]]
    half = [[1, 1], [2, 4], [3, 2], [4, 3]]  # correlation 0.4, over two seeds 0.8 / 1.4
    assert made.reliability(alike) == pytest.approx(1)
    assert made.reliability(turned) == 0
    assert made.reliability(half) == pytest.approx(0.8 / 1.4)
    assert made.reliability([[1], [2]]) is None
