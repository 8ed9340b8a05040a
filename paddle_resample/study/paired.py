"""Two methods on the same images from the same seeds: how far apart, how surely."""

from typing import NamedTuple, Optional

import numpy as np
from scipy import stats

from .interval import Errors

__all__ = ["Comparison", "Run", "compare"]

_EXACT = 4096  # sign flips over seeds; up to 12 seeds every one is tried


class Run(NamedTuple):
    """A score of one trained network.

    Attributes:
        score: on all images.
        resampled: float [B], on every sample of images (`bootstrap.Draws`).
    """

    score: float
    resampled: np.ndarray


class Comparison(NamedTuple):
    """A method against another, one score; all of it in the score's own unit.

    Attributes:
        differences: of every seed.
        difference: their mean.
        interval: 95 %, over seeds and images; over images alone with one seed.
        p_interval: two-sided p-value that belongs to the interval.
        p_seeds: paired sign flip over seeds; None with one seed. With k seeds it
            cannot be below 2 / 2**k, so three seeds cannot reach 0.05.
        effect_size: mean / standard deviation of the differences over seeds (Cohen's
            d_z); None with one seed.
        image_variance: of the mean difference, over images.
        image_variance_of_a_run: likewise, of the difference of one seed.
        seed_deviation: standard deviation of the differences over seeds.
    """

    differences: list
    difference: float
    interval: tuple
    p_interval: float
    p_seeds: Optional[float]
    effect_size: Optional[float]
    image_variance: float
    image_variance_of_a_run: float
    seed_deviation: Optional[float]

    def errors(self, images):
        """Errors of the mean difference, from a number of images or groups."""
        seeds = len(self.differences)
        seed = None if seeds == 1 else self.seed_deviation / seeds**0.5
        return Errors(self.image_variance**0.5, images, seed, seeds)


def compare(method, baseline, images):
    """Compare two methods.

    Args:
        method, baseline: lists of Run; entry s of both is of one seed.
        images: number of images, or of groups, that were drawn.

    Returns:
        Comparison. Its interval reaches sqrt((t_{k-1} s / sqrt(k))^2 + (t_{N-1} e)^2)
        to both sides: s the standard deviation of the k seeds' differences, e the
        bootstrap standard error of their mean over the N images, t the quantiles.
    """
    differences = [float(m.score - b.score) for m, b in zip(method, baseline)]
    mean = float(np.mean(differences))
    resampled = np.array([m.resampled - b.resampled for m, b in zip(method, baseline)])
    several = len(differences) > 1
    deviation = float(np.std(differences, ddof=1)) if several else None
    found = Comparison(
        differences,
        mean,
        (mean, mean),
        1.0,
        _flip_seeds(differences) if several else None,
        mean / deviation if deviation else None,
        float(np.var(resampled.mean(0), ddof=1)),
        float(np.mean(np.var(resampled, axis=1, ddof=1))),
        deviation,
    )
    errors = found.errors(images)
    return found._replace(
        interval=errors.interval(mean), p_interval=errors.p_value(mean)
    )


def _flip_seeds(differences):
    found = stats.permutation_test(
        (np.array(differences),),
        lambda values, axis: values.mean(axis=axis),
        permutation_type="samples",
        n_resamples=_EXACT,
        vectorized=True,
        random_state=0,
    )
    return float(found.pvalue)
