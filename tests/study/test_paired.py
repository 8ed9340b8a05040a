import numpy as np
import pytest
from scipy import stats

from paddle_resample.study.paired import compare, holm, seeds_needed


def mean(sums):
    return sums[:, 0] / sums[:, 1]


def rows(values):
    values = np.asarray(values, np.float64)
    return np.stack([values, np.ones_like(values)], axis=1)


def methods(rng, seeds, images=40, gap=0.0, seed_noise=0.0, image_noise=0.03):
    """Rows of two methods whose images share their difficulty."""
    difficulty = rng.normal(0.6, 0.1, images)
    liking = rng.normal(0, image_noise, images)
    one, other = [], []
    for _ in range(seeds):
        noise = rng.normal(0, 0.02, (2, images))
        shift = gap + rng.normal(0, seed_noise)
        one.append(rows(difficulty + liking + shift + noise[0]))
        other.append(rows(difficulty + noise[1]))
    return one, other


def test_differences_are_paired(rng):
    one, other = methods(rng, 3)
    found = compare(one, other, mean, rng)
    expected = [a[:, 0].mean() - b[:, 0].mean() for a, b in zip(one, other)]
    np.testing.assert_allclose(found.differences, expected, rtol=1e-12)
    assert found.difference == pytest.approx(np.mean(expected))
    assert found.seed_deviation == pytest.approx(np.std(expected, ddof=1))
    assert found.effect_size == pytest.approx(
        np.mean(expected) / np.std(expected, ddof=1)
    )


def test_image_part_is_the_standard_error_of_a_mean(rng):
    """For a mean the bootstrap's variance is known: that of the images over N."""
    one, other = methods(rng, 1, images=200)
    found = compare(one, other, mean, rng)
    gap = one[0][:, 0] - other[0][:, 0]
    assert found.image_variance == pytest.approx(gap.var() / 200, rel=0.15)
    assert found.p_seeds is None and found.effect_size is None


def test_with_seed_noise_alone_it_is_the_t_test(rng):
    """All images alike: the interval and p-value of Student's paired test."""
    gaps = np.array([0.02, 0.05, 0.03, 0.04])
    one = [rows(np.full(30, 0.5 + gap)) for gap in gaps]
    other = [rows(np.full(30, 0.5))] * 4
    found = compare(one, other, mean, rng)
    expected = stats.ttest_1samp(gaps, 0)
    low, high = expected.confidence_interval(0.95)
    assert found.interval == pytest.approx((low, high), abs=1e-9)
    assert found.p_interval == pytest.approx(expected.pvalue, rel=1e-5)
    assert found.p_seeds == pytest.approx(2 / 2**4)


def test_seeds_are_flipped_exactly(rng):
    """As scipy's exact permutation of signs."""
    gaps = rng.normal(0.02, 0.03, 6)
    one = [rows(np.full(5, gap)) for gap in gaps]
    other = [rows(np.zeros(5))] * 6
    found = compare(one, other, mean, rng)
    expected = stats.permutation_test(
        (gaps,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    assert found.p_seeds == pytest.approx(expected.pvalue)


def test_images_are_exchanged_in_pairs(rng):
    """As scipy's permutation of the paired differences."""
    one, other = methods(rng, 1, images=25, gap=0.01)
    found = compare(one, other, mean, rng)
    gap = one[0][:, 0] - other[0][:, 0]
    expected = stats.permutation_test(
        (gap,), np.mean, permutation_type="samples", n_resamples=20000, random_state=0
    )
    assert found.p_images == pytest.approx(expected.pvalue, abs=0.04)


def test_equal_methods_show_nothing(rng):
    one, _ = methods(rng, 3)
    found = compare(one, one, mean, rng)
    assert found.difference == 0 and found.interval == (0, 0)
    assert found.p_images == 1 and found.p_interval == 1 and found.p_seeds == 1


def shown(found):
    return found.p_interval < 0.05


def share_shown(seeds, trials, **options):
    count = 0
    for trial in range(trials):
        rng = np.random.default_rng([trial, seeds])
        count += shown(compare(*methods(rng, seeds, **options), mean, rng))
    return count / trials


@pytest.mark.parametrize("seeds", [3])
def test_few_false_alarms(seeds):
    assert share_shown(seeds, 60, seed_noise=0.02) <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize("seed_noise", [0.0, 0.005, 0.02])
@pytest.mark.parametrize("seeds", [2, 3, 5, 10])
def test_one_in_twenty_false_alarms(seeds, seed_noise):
    """Two equal methods: 400 studies; 0.05 + 2 standard errors of such a count."""
    assert share_shown(seeds, 400, seed_noise=seed_noise) <= 0.05 + 0.022


@pytest.mark.slow
def test_power():
    assert share_shown(3, 100, gap=0.05, seed_noise=0.005) > 0.9
    assert share_shown(10, 100, gap=0.03, seed_noise=0.02) > 0.7


@pytest.mark.parametrize("given, expected", [
    ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
    ([0.5], [0.5]),
    ([0.9, 0.6], [1.0, 1.0]),
    ([], []),
], ids=str)  # fmt: skip
def test_holm(given, expected):
    """The first is the worked example of the step-down procedure with four tests."""
    assert holm(given) == expected


def test_seeds_needed_grow_with_their_noise(rng):
    needed = []
    for noise in (0.005, 0.02):
        gaps = [0.02 - noise, 0.02, 0.02 + noise]
        one = [rows(np.full(30, gap)) for gap in gaps]
        found = compare(one, [rows(np.zeros(30))] * 3, mean, rng)
        needed.append(seeds_needed(found, 30))
    assert needed[0] < needed[1]
    # The textbook's t-test: difference / deviation = 1 needs 10 pairs.
    assert needed[1] == pytest.approx(10, abs=2)


def test_more_seeds_cannot_help_against_images(rng):
    one, other = methods(rng, 3, images=8, gap=0.001, image_noise=0.1)
    assert seeds_needed(compare(one, other, mean, rng), 8) is None
