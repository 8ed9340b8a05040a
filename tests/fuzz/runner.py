"""Running a property: few examples, always the same, or many of a seed it prints."""

import os
import random

import hypothesis
import numpy as np
from hypothesis import HealthCheck, seed, settings

from paddle_resample import UsageError

__all__ = ["assert_same", "fuzz", "long_seed", "refused"]

_OWN_TIME = [HealthCheck.too_slow, HealthCheck.data_too_large]


def fuzz(check, strategy, examples, number=None):
    """Call check with examples of a strategy.

    Args:
        check: function of one example.
        strategy: of Hypothesis.
        examples: how many, times $PADDLE_RESAMPLE_FUZZ.
        number: None for the same examples every time, or a seed.
    """
    examples *= int(os.environ.get("PADDLE_RESAMPLE_FUZZ", "1"))

    def run(example):
        check(example)

    run = settings(
        max_examples=examples,
        derandomize=number is None,
        deadline=None,
        database=None,
        suppress_health_check=_OWN_TIME,
    )(hypothesis.given(strategy)(run))
    if number is not None:
        run = seed(number)(run)
    run()


def long_seed():
    """A seed of its own for a long run, printed; $PADDLE_RESAMPLE_SEED repeats one."""
    given = os.environ.get("PADDLE_RESAMPLE_SEED")
    number = int(given or random.SystemRandom().getrandbits(31))
    print(f"PADDLE_RESAMPLE_SEED={number}")
    return number


def refused(error):
    """Whether it is one sentence of ours, and no trace of Paddle's."""
    text = str(error)
    ours = isinstance(error, UsageError) and "C++" not in text
    return ours and 0 < len(text) < 700 and "\n" not in text


def assert_same(got, expected, tolerance=1e-5, largest=None):
    """Arrays agree within tolerance of the largest number expected."""
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    largest = max(largest or np.abs(expected).max(initial=0), 1e-12)
    np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance * largest)
