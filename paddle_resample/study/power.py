"""What a study can show: the smallest difference that it would find."""

from typing import NamedTuple, Optional

import numpy as np
from scipy import special

from .interval import Errors

__all__ = ["ALPHA", "POWER", "Noise", "detectable", "pooled_noise"]

ALPHA = 0.05
POWER = 0.8
_GRID = 400  # points of the distribution of the seeds' variance


class Noise(NamedTuple):
    """What makes a difference between two equal methods.

    Attributes:
        seed: standard deviation of the difference over seeds.
        image: standard error over images that more seeds do not lessen.
        run: standard error over images of one seed that more seeds do lessen.
        images: number of images, or of groups of images.
    """

    seed: float
    image: float
    run: float = 0.0
    images: int = 1000

    def errors(self, seeds):
        """`interval.Errors` that a comparison of so many seeds has on average."""
        image = np.hypot(self.image, self.run / seeds**0.5)
        return Errors(float(image), self.images, self.seed / seeds**0.5, seeds)


def pooled_noise(comparisons, images) -> Optional[Noise]:
    """The noise of a study: means of the variances of its comparisons.

    Args:
        comparisons: list of paired.Comparison.
        images: number of images or groups.

    Returns:
        Noise; None without a comparison of two seeds.
    """
    known = [comparison for comparison in comparisons if len(comparison.seeds) > 1]
    if not known:
        return None
    shared, run = [], []
    for comparison in known:
        # The variance of k seeds' mean is A + B / k, that of one seed A + B.
        seeds, all_of_it = len(comparison.seeds), comparison.image_variance
        lessens = (comparison.image_variance_of_a_run - all_of_it) / (1 - 1 / seeds)
        lessens = min(max(lessens, 0.0), all_of_it * seeds)
        run.append(lessens)
        shared.append(max(all_of_it - lessens / seeds, 0.0))
    seed = np.mean([comparison.seed_deviation**2 for comparison in known]) ** 0.5
    image, run = np.mean(shared) ** 0.5, np.mean(run) ** 0.5
    return Noise(float(seed), float(image), float(run), images)


def detectable(noise, seeds, comparisons, alpha=ALPHA, power=POWER):
    """The true difference that a comparison would show with a probability of `power`.

    It follows from the noise alone, not from the difference that was seen.

    Args:
        noise: Noise.
        seeds: number of seeds, at least 2.
        comparisons: number of methods beside the baseline; each is tested at
            alpha / comparisons, Holm's first step.
        alpha, power: of the test.

    Returns:
        float, in the unit of the noise.

    >>> round(detectable(Noise(seed=0.5, image=0.0), seeds=5, comparisons=1), 2)
    0.84
    """
    errors = noise.errors(seeds)
    # The variance that a study of few seeds sees varies; so does what it can show.
    share = (np.arange(_GRID) + 0.5) / _GRID
    seen = np.sqrt(2 * special.gammaincinv((seeds - 1) / 2, share) / (seeds - 1))
    reach = errors._replace(seed=errors.seed * seen).reach(1 - alpha / comparisons)
    spread = np.hypot(errors.seed, errors.image)
    if spread == 0:
        return 0.0

    def missing(difference):
        shown = special.ndtr((difference - reach) / spread)
        shown += special.ndtr((-difference - reach) / spread)
        return shown.mean() - power

    from scipy import optimize  # a tenth of a second, at every start of a study

    return float(optimize.brentq(missing, 0.0, reach.max() + 10 * spread))
