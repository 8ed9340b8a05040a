"""Methods on the same images from the same seeds: how far apart, how surely."""

from typing import NamedTuple, Optional

import numpy as np

from .interval import Errors

__all__ = ["Comparison", "Runs", "compare"]


class Runs(NamedTuple):
    """A score of a method's trained networks.

    Attributes:
        seeds: list of k.
        scores: float [k], on all images.
        resampled: float [k, B], on every sample of images (`bootstrap.Draws`).
    """

    seeds: list
    scores: np.ndarray
    resampled: np.ndarray

    def of(self, seeds):
        """The runs of some of the seeds."""
        places = [self.seeds.index(seed) for seed in seeds]
        return Runs(list(seeds), self.scores[places], self.resampled[places])


class Comparison(NamedTuple):
    """A method against another, one score; all of it in the score's own unit.

    Attributes:
        seeds: those that both have.
        differences: of every seed.
        difference: their mean.
        interval: 95 %, over seeds and images; over images alone with one seed.
        p_interval: two-sided p-value that belongs to the interval.
        effect_size: mean / standard deviation of the differences over seeds (Cohen's
            d_z); None with one seed.
        image_variance: of the mean difference, over images.
        image_variance_of_a_run: likewise, of the difference of one seed.
        seed_deviation: standard deviation of the differences over seeds; None with one
            seed.
        errors: interval.Errors of the mean difference.
    """

    seeds: list
    differences: list
    difference: float
    interval: tuple
    p_interval: float
    effect_size: Optional[float]
    image_variance: float
    image_variance_of_a_run: float
    seed_deviation: Optional[float]
    errors: Errors


def compare(pairs, images):
    """Compare methods two by two.

    Args:
        pairs: list of (Runs, Runs).
        images: number of images, or of groups, that were drawn.

    Returns:
        list of Comparison, of the first to the second; None for a pair without a
        common seed. An interval reaches sqrt((t_{k-1} s / sqrt(k))^2 + (t_{N-1} e)^2)
        to both sides: s the standard deviation of the k seeds' differences, e the
        bootstrap standard error of their mean over the N images, t the quantiles.
    """
    comparisons = [_differ(*pair, images) for pair in pairs]
    known = [entry for entry in comparisons if entry]
    if not known:
        return comparisons
    errors = Errors(*np.array([entry.errors for entry in known]).T)
    differences = np.array([entry.difference for entry in known])
    low, high = errors.interval(differences)
    p_values = iter(zip(low.tolist(), high.tolist(), errors.p_value(differences)))
    for i, entry in enumerate(comparisons):
        if entry:
            *interval, p = next(p_values)
            comparisons[i] = entry._replace(
                interval=tuple(interval), p_interval=float(p)
            )
    return comparisons


def _differ(one, other, images):
    """The Comparison without its interval and p-value."""
    seeds = [seed for seed in one.seeds if seed in other.seeds]
    if not seeds:
        return None
    one, other = one.of(seeds), other.of(seeds)
    differences = one.scores - other.scores
    mean = float(differences.mean())
    resampled = one.resampled - other.resampled
    deviation = float(differences.std(ddof=1)) if len(seeds) > 1 else None
    variance = float(resampled.mean(0).var(ddof=1))
    seed_error = (deviation or 0.0) / len(seeds) ** 0.5
    return Comparison(
        seeds,
        differences.tolist(),
        mean,
        (),
        1.0,
        mean / deviation if deviation else None,
        variance,
        float(resampled.var(axis=1, ddof=1).mean()),
        deviation,
        Errors(variance**0.5, images, seed_error, len(seeds)),
    )
