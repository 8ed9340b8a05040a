"""All methods against each other: pairs, ranks with their ties, and who may be best."""

import itertools

import numpy as np

from .interval import holm
from .paired import compare

__all__ = ["all_pairs", "chances", "rank_ranges"]

_DRAWS = 5  # of the noise of training, for every sample of images


def all_pairs(runs, images):
    """Compare every method with every other.

    Args:
        runs: method -> paired.Runs, of one score.
        images: number of images or groups.

    Returns:
        list of dicts "methods" (two names), "difference" (first - second),
        "interval", "p_interval", "p_corrected" (Holm, over all pairs) and "seeds".
        Pairs without two common seeds are missing.
    """
    names = list(itertools.combinations(runs, 2))
    compared = compare([(runs[one], runs[other]) for one, other in names], images)
    pairs = [
        {
            "methods": list(pair),
            "difference": comparison.difference,
            "interval": comparison.interval,
            "p_interval": comparison.p_interval,
            "seeds": len(comparison.seeds),
        }
        for pair, comparison in zip(names, compared)
        if comparison and len(comparison.seeds) > 1
    ]
    for pair, p in zip(pairs, holm([pair["p_interval"] for pair in pairs])):
        pair["p_corrected"] = p
    return pairs


def rank_ranges(methods, pairs, alpha):
    """The ranks that every method may have, by the differences that are shown.

    Args:
        methods: names that have a score.
        pairs: of `all_pairs`.
        alpha: a pair differs where its corrected p-value is below.

    Returns:
        dict: method -> [best rank, worst rank]; methods whose ranges overlap are tied.
    """
    above, below = dict.fromkeys(methods, 0), dict.fromkeys(methods, 0)
    for pair in pairs:
        if pair["p_corrected"] < alpha:
            better, worse = pair["methods"][:: 1 if pair["difference"] > 0 else -1]
            above[worse] += 1
            below[better] += 1
    return {name: [1 + above[name], len(methods) - below[name]] for name in methods}


def chances(runs, rng):
    """How probable it is that a method's expected score is the highest.

    Images are drawn as in the intervals; the noise of training is a multivariate t, so
    that every difference of two methods has the distribution of its interval.

    Args:
        runs: method -> paired.Runs, of one score.
        rng: NumPy generator.

    Returns:
        dict: method -> probability; empty with fewer than two seeds common to all.
    """
    seeds = sorted(set.intersection(*(set(own.seeds) for own in runs.values())))
    if len(seeds) < 2 or len(runs) < 2:
        return {}
    runs = {name: own.of(seeds) for name, own in runs.items()}
    scores = np.array([own.scores for own in runs.values()])
    drawn = np.array([own.resampled.mean(0) for own in runs.values()])
    drawn = np.repeat(drawn - drawn.mean(1, keepdims=True), _DRAWS, axis=1)
    mean = scores.mean(1, keepdims=True)
    freedom = len(seeds) - 1
    noise = (scores - mean) @ rng.normal(size=(len(seeds), drawn.shape[1]))
    noise /= np.sqrt(len(seeds) * rng.chisquare(freedom, drawn.shape[1]))
    values = mean + drawn + noise
    best = values >= values.max(0) - 1e-12
    share = (best / best.sum(0)).mean(1)
    return dict(zip(runs, share.tolist()))
