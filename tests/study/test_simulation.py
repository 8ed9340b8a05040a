"""Whole studies whose truth is known: what docs/study_statistics.md tells at length."""

import pytest
import study_statistics as simulation


def test_a_large_difference_is_shown_and_none_is_not():
    source = simulation.Normal(run=0.2, image=0.1, residual=0.05)
    found = simulation.simulate(source, 5, 2, 4.0, trials=8)
    assert found["shown"] == 1.0 and found["error"] <= 0.25
    assert found["false_equal"] == 0.0 and found["able"] < 2


def test_a_gap_of_counts_is_the_gap_that_was_asked_for():
    source = simulation.Counts()
    assert source._expected(source._share(2.0)) - source._expected(
        0.0
    ) == pytest.approx(2.0, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(simulation.SOURCES))
@pytest.mark.parametrize("seeds, comparisons", [(2, 1), (3, 7), (5, 3), (10, 7)])
def test_the_verdict_holds(name, seeds, comparisons):
    """300 studies each; 0.055, and two standard errors of such a count."""
    source = simulation.SOURCES[name]()
    equal = simulation.simulate(source, seeds, comparisons, 0.0, trials=300, seed=1)
    margin = simulation.simulate(source, seeds, comparisons, 1.0, trials=100, seed=1)
    assert equal["error"] <= 0.055 + 0.026
    assert equal["coverage"] >= 0.94 - 0.026
    assert margin["false_equal"] <= 0.05 + 0.044
