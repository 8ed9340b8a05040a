"""Two methods on the same images from the same seeds: how far apart, how surely.

Two things are random in a comparison: the training (seeds) and the choice of images.
The seeds are few, so their part is Student's t; the images are many, and mIoU is no
mean over images, so their part is a bootstrap. Both enter the interval. A bootstrap
over seeds too would be too narrow: with three seeds it knows three values.
"""

import itertools
from typing import NamedTuple, Optional

import numpy as np
from scipy import optimize, stats

__all__ = ["Comparison", "compare", "holm", "seeds_needed"]

_BOOTSTRAP = 1000
_PERMUTATIONS = 1999
_EXACT = 12  # seeds up to which every sign is tried


class Comparison(NamedTuple):
    """A method against the baseline, one score; all of it in the score's own unit.

    Attributes:
        differences: of every seed.
        difference: their mean.
        interval: 95 %, over seeds and images; over images alone with one seed.
        p_interval: two-sided p-value that belongs to the interval.
        p_images: paired permutation over images: could the two methods' predictions
            be exchanged image by image? It speaks of these trained networks.
        p_seeds: exact paired sign flip over seeds; None with one seed. With k seeds
            it cannot be below 2 / 2**k, so three seeds cannot reach 0.05.
        effect_size: mean / standard deviation of the differences over seeds (Cohen's
            d_z); None with one seed.
        image_variance, seed_deviation: what the interval was made of.
    """

    differences: list
    difference: float
    interval: tuple
    p_interval: float
    p_images: float
    p_seeds: Optional[float]
    effect_size: Optional[float]
    image_variance: float
    seed_deviation: Optional[float]


def compare(method, baseline, score, rng, level=0.95):
    """Compare two methods.

    Args:
        method, baseline: list of float [N, K], rows of every image; entry s of both is
            of one seed, row i of all is of one image.
        score: float [B, K] -> float [B], score of summed rows.
        rng: NumPy generator.
        level: of the interval.

    Returns:
        Comparison. The interval reaches sqrt((t_{k-1} s / sqrt(k))^2 + (t_{N-1} e)^2)
        to both sides: s the standard deviation of the k seeds' differences, e the
        bootstrap standard error of their mean over the N images, t the quantiles.

    Source of the combination: Zou and Donner, Statistics in Medicine 2008 (MOVER). One
    t with Satterthwaite's degrees of freedom let 10 % of equal methods seem different
    where three seeds vary much.
    """
    seeds, images = len(method), len(method[0])
    differences = [
        float(score(m.sum(0)[None])[0] - score(b.sum(0)[None])[0])
        for m, b in zip(method, baseline)
    ]
    mean = float(np.mean(differences))
    drawn = rng.multinomial(images, np.full(images, 1 / images), _BOOTSTRAP)
    resampled = _mean_difference(method, baseline, score, drawn.astype(np.float64))
    image_variance = float(np.var(resampled, ddof=1))
    deviation = float(np.std(differences, ddof=1)) if seeds > 1 else None
    parts = _parts(image_variance, images, deviation, seeds)
    reach = _reach(parts, level)
    return Comparison(
        differences,
        mean,
        (mean - reach, mean + reach),
        _p_value(parts, mean),
        _permute_images(method, baseline, score, mean, rng),
        _flip_seeds(differences) if seeds > 1 else None,
        mean / deviation if deviation else None,
        image_variance,
        deviation,
    )


def holm(p_values):
    """Correct p-values for their number.

    Args:
        p_values: list of float.

    Returns:
        list of float, in the same order.

    Source: Holm, Scandinavian Journal of Statistics 1979.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values)
    corrected, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = round(float(largest), 12)
    return corrected


def seeds_needed(comparison, images, alpha=0.05, power=0.8, most=1000):
    """How many seeds would show a difference of the size that was seen.

    Args:
        comparison: Comparison of at least two seeds.
        images: number of images.
        alpha, power: of the two-sided test.
        most: where to give up.

    Returns:
        int, or None where more seeds alone would not do: with these images the error
        of the images is too large, or there is no difference.
    """
    for seeds in range(2, most + 1):
        parts = _parts(
            comparison.image_variance, images, comparison.seed_deviation, seeds
        )
        error = sum(error**2 for error, _ in parts) ** 0.5
        enough = _reach(parts, 1 - alpha) + stats.norm.ppf(power) * error
        if comparison.difference and abs(comparison.difference) >= enough:
            return seeds
    return None


def _parts(image_variance, images, deviation, seeds):
    """(standard error, degrees of freedom) of what images and seeds add."""
    parts = [(image_variance**0.5, max(images - 1, 1))]
    if deviation is not None:
        parts.append((deviation / seeds**0.5, seeds - 1))
    return parts


def _reach(parts, level):
    """Half the width of the interval of a level."""
    quantiles = [stats.t.ppf((1 + level) / 2, freedom) for _, freedom in parts]
    return float(np.hypot.reduce([t * e for t, (e, _) in zip(quantiles, parts)]))


def _p_value(parts, mean):
    """1 - the level of the interval that just touches zero."""
    if _reach(parts, 0.5) == 0:
        return float(mean == 0)

    def beyond(p):
        return _reach(parts, 1 - p) - abs(mean)

    least = 1e-12
    if beyond(least) <= 0:
        return least
    return float(optimize.brentq(beyond, least, 1.0))


def _mean_difference(method, baseline, score, weights):
    """Mean over seeds of the difference, for every row of image weights."""
    parts = [score(weights @ m) - score(weights @ b) for m, b in zip(method, baseline)]
    return np.mean(parts, axis=0)


def _permute_images(method, baseline, score, observed, rng):
    images = len(method[0])
    keep = rng.integers(0, 2, (_PERMUTATIONS, images)).astype(np.float64)
    swap = 1 - keep
    parts = [
        score(keep @ m + swap @ b) - score(keep @ b + swap @ m)
        for m, b in zip(method, baseline)
    ]
    as_far = np.abs(np.mean(parts, axis=0)) >= abs(observed) - 1e-12
    return float((as_far.sum() + 1) / (_PERMUTATIONS + 1))


def _flip_seeds(differences):
    differences = np.asarray(differences)
    if len(differences) > _EXACT:
        signs = np.random.default_rng(0).choice(
            [-1, 1], (_PERMUTATIONS, len(differences))
        )
        signs = np.vstack([np.ones(len(differences)), signs])
    else:
        signs = np.array(list(itertools.product([-1, 1], repeat=len(differences))))
    means = np.abs(signs @ differences)
    return float(np.mean(means >= abs(differences.sum()) - 1e-12))
