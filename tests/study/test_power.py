import numpy as np
import pytest
from scipy import stats

from paddle_resample.study.paired import Runs, compare
from paddle_resample.study.power import Noise, detectable, pooled_noise


def power_of_t(difference, deviation, seeds, alpha, rng):
    """Of Student's paired t-test, by drawing."""
    values = rng.normal(difference, deviation, (40_000, seeds))
    return np.mean(stats.ttest_1samp(values, 0, axis=1).pvalue < alpha)


@pytest.mark.parametrize("seeds", [2, 3, 5, 10])
@pytest.mark.parametrize("comparisons", [1, 7])
def test_with_seed_noise_alone_it_is_the_power_of_the_t_test(seeds, comparisons, rng):
    found = detectable(Noise(seed=0.7, image=0.0), seeds, comparisons)
    power = power_of_t(found, 0.7, seeds, 0.05 / comparisons, rng)
    assert power == pytest.approx(0.8, abs=0.01)


def test_with_image_noise_alone_it_is_the_power_of_the_z_test():
    found = detectable(Noise(seed=0.0, image=1.0, images=10**6), 3, 1)
    assert found == pytest.approx(1.96 + 0.8416, abs=1e-3)


def test_more_seeds_show_less_but_images_stay():
    noise = Noise(seed=1.0, image=0.5, run=1.0)
    found = [detectable(noise, seeds, 3) for seeds in (2, 3, 5, 10, 100)]
    assert found == sorted(found, reverse=True)
    assert found[-1] > detectable(Noise(0.0, 0.5), 100, 3)


def test_noise_is_pooled_and_divided(rng):
    """Images that like a method, and noise of single runs on single images."""
    images, seeds, count = 400, 4, 60
    comparisons = []
    for _ in range(count):
        liking = rng.normal(0, 2.0, images)
        one = (
            liking + rng.normal(0, 1.0, (seeds, images)) + rng.normal(0, 3, (seeds, 1))
        )
        often = rng.multinomial(images, np.full(images, 1 / images), 300) / images
        runs = Runs(list(range(seeds)), one.mean(1), one @ often.T)
        zero = runs._replace(scores=np.zeros(seeds), resampled=np.zeros((seeds, 300)))
        comparisons += compare([(runs, zero)], images)
    noise = pooled_noise(comparisons, images)
    assert noise.seed == pytest.approx(3, rel=0.15)
    assert noise.image == pytest.approx(2 / images**0.5, rel=0.1)
    assert noise.run == pytest.approx(1 / images**0.5, rel=0.15)


def test_one_seed_knows_no_noise():
    runs = Runs([0], np.array([0.5]), np.zeros((1, 3)))
    assert pooled_noise(compare([(runs, runs)], 5), 5) is None


def test_noise_of_runs_alone_leaves_none_for_the_images(rng):
    """Where rounding would make the rest negative."""
    for _ in range(50):
        drawn = rng.normal(size=200)
        signs = np.array([[1.0], [-1.0], [1e-9]])
        runs = Runs([0, 1, 2], np.array([0.1, 0.2, 0.3]), signs * drawn)
        zero = runs._replace(scores=np.zeros(3), resampled=np.zeros((3, 200)))
        noise = pooled_noise(compare([(runs, zero)], 20), 20)
        assert noise.image >= 0 and noise.run >= 0
        assert detectable(noise, 3, 1) > 0
