import numpy as np
import pytest
from scipy import stats

from paddle_resample.study.bootstrap import Draws
from paddle_resample.study.paired import Runs
from paddle_resample.study.paired import compare as compare_runs


def mean(sums):
    return sums[:, 0] / sums[:, 1]


def rows(values):
    values = np.asarray(values, np.float64)
    return np.stack([values, np.ones_like(values)], axis=1)


def compare(one, other):
    """Two methods, whose rows of every seed are given."""
    draws = Draws(np.arange(len(one[0])))

    def runs(tables):
        stack = np.stack([rows(table) for table in tables])
        seeds = list(range(len(stack)))
        return Runs(seeds, mean(stack.sum(1)), draws.scores(stack, mean))

    return compare_runs([(runs(one), runs(other))], draws.number)[0]


def methods(rng, seeds, images=40, gap=0.0, seed_noise=0.0, image_noise=0.03):
    """Scores of two methods whose images share their difficulty."""
    difficulty = rng.normal(0.6, 0.1, images)
    liking = rng.normal(0, image_noise, images)
    one, other = [], []
    for _ in range(seeds):
        noise = rng.normal(0, 0.02, (2, images))
        shift = gap + rng.normal(0, seed_noise)
        one.append(difficulty + liking + shift + noise[0])
        other.append(difficulty + noise[1])
    return one, other


def test_differences_are_paired(rng):
    one, other = methods(rng, 3)
    found = compare(one, other)
    expected = [a.mean() - b.mean() for a, b in zip(one, other)]
    np.testing.assert_allclose(found.differences, expected, rtol=1e-12)
    assert found.difference == pytest.approx(np.mean(expected))
    assert found.seed_deviation == pytest.approx(np.std(expected, ddof=1))
    assert found.effect_size == pytest.approx(
        np.mean(expected) / np.std(expected, ddof=1)
    )


def test_image_part_is_the_standard_error_of_a_mean(rng):
    """For a mean the bootstrap's variance is known: that of the images over N."""
    one, other = methods(rng, 1, images=200)
    found = compare(one, other)
    gap = one[0] - other[0]
    assert found.image_variance == pytest.approx(gap.var() / 200, rel=0.15)
    assert found.image_variance_of_a_run == pytest.approx(found.image_variance)
    assert found.seed_deviation is None and found.effect_size is None


def test_with_seed_noise_alone_it_is_the_t_test():
    """All images alike: the interval and p-value of Student's paired test."""
    gaps = np.array([0.02, 0.05, 0.03, 0.04])
    one = [np.full(30, 0.5 + gap) for gap in gaps]
    found = compare(one, [np.full(30, 0.5)] * 4)
    expected = stats.ttest_1samp(gaps, 0)
    low, high = expected.confidence_interval(0.95)
    assert found.interval == pytest.approx((low, high), abs=1e-9)
    assert found.p_interval == pytest.approx(expected.pvalue, rel=1e-5)


def test_with_image_noise_alone_it_is_the_t_test_over_images(rng):
    """Every seed alike: Student's paired test over images, but for the bootstrap."""
    gap = rng.normal(0.01, 0.05, 60)
    found = compare([gap] * 3, [np.zeros(60)] * 3)
    low, high = stats.ttest_1samp(gap, 0).confidence_interval(0.95)
    assert found.interval == pytest.approx((low, high), rel=0.1)


def test_equal_methods_show_nothing(rng):
    one, _ = methods(rng, 3)
    found = compare(one, one)
    assert found.difference == 0 and found.interval == (0, 0)
    assert found.p_interval == 1


def test_pairs_have_the_seeds_that_both_have(rng):
    scores, drawn = rng.normal(size=4), rng.normal(size=(4, 50))
    one = Runs([0, 1, 2, 3], scores, drawn)
    other = Runs([5, 3, 1], np.zeros(3), np.zeros((3, 50)))
    alone = Runs([7], np.zeros(1), np.zeros((1, 50)))
    found = compare_runs([(one, other), (one, alone), (other, one)], 20)
    assert found[1] is None and found[0].seeds == [1, 3]
    assert found[0].differences == [scores[1], scores[3]]
    assert found[2].differences == [-scores[3], -scores[1]]
    assert found[0].p_interval == pytest.approx(found[2].p_interval)
