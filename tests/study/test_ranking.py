import numpy as np
import pytest

from paddle_resample.study.paired import Runs
from paddle_resample.study.ranking import all_pairs, chances, rank_ranges


def runs_of(scores, image_noise=0.0, seed=0):
    """method -> seed -> Run, from scores [methods, seeds]."""
    rng = np.random.default_rng(seed)
    return {
        f"m{i}": Runs(
            list(range(len(own))),
            np.array(own),
            np.array(own)[:, None] + rng.normal(0, image_noise, (len(own), 500)),
        )
        for i, own in enumerate(scores)
    }


def test_pairs_are_corrected_together(rng):
    scores = rng.normal(0, 0.01, (4, 5)) + np.array([[0], [0], [0.1], [0.2]])
    pairs = all_pairs(runs_of(scores), 100)
    assert len(pairs) == 6
    least = min(pairs, key=lambda pair: pair["p_interval"])
    assert least["p_corrected"] == pytest.approx(6 * least["p_interval"])
    first = pairs[0]
    assert first["methods"] == ["m0", "m1"] and first["seeds"] == 5
    assert first["difference"] == pytest.approx((scores[0] - scores[1]).mean())


def test_a_pair_without_common_seeds_is_missing():
    runs = runs_of(np.zeros((2, 3)))
    runs["m1"] = runs["m1"]._replace(seeds=[7, 8, 0])
    assert all_pairs(runs, 10) == []
    assert chances(runs, np.random.default_rng(0)) == {}


def test_ranks_of_ties():
    pairs = [
        {"methods": ["a", "b"], "difference": 0.1, "p_corrected": 0.01},
        {"methods": ["c", "b"], "difference": 0.05, "p_corrected": 0.2},
        {"methods": ["a", "c"], "difference": 0.02, "p_corrected": 0.9},
    ]
    found = rank_ranges(["a", "b", "c"], pairs, 0.05)
    assert found == {"a": [1, 2], "b": [2, 3], "c": [1, 3]}


def test_equal_methods_share_the_chance(rng):
    found = chances(runs_of(np.full((4, 3), 0.5), image_noise=0.01), rng)
    assert list(found.values()) == pytest.approx([0.25] * 4, abs=0.06)
    same = chances(runs_of(np.full((2, 3), 0.5)), rng)
    assert list(same.values()) == [0.5, 0.5]


def test_the_chance_of_two_is_students_t(rng):
    """One-sided p-value of the paired t-test, from the noise of training alone."""
    from scipy import stats

    scores = rng.normal(0, 0.01, (2, 4)) + [[0.004], [0]]
    found = chances(runs_of(scores), rng)
    expected = stats.ttest_rel(*scores, alternative="less").pvalue
    assert found["m0"] == pytest.approx(expected, abs=0.02)
