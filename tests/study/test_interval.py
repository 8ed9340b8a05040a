import pytest
from scipy import stats

from paddle_resample.study.interval import Errors, holm


def test_both_errors_are_joined():
    errors = Errors(image=0.3, images=21, seed=0.4, seeds=4)
    reach = (
        (stats.t.ppf(0.975, 20) * 0.3) ** 2 + (stats.t.ppf(0.975, 3) * 0.4) ** 2
    ) ** 0.5
    assert errors.interval(1.0) == pytest.approx((1 - reach, 1 + reach))


@pytest.mark.parametrize("difference", [0.2, -1.5, 8.0])
def test_the_p_value_belongs_to_the_interval(difference):
    errors = Errors(image=0.3, images=21, seed=0.4, seeds=3)
    p = errors.p_value(difference)
    near = errors.interval(difference, 1 - p)
    assert min(map(abs, near)) == pytest.approx(0, abs=1e-6)


def test_p_values_at_the_ends():
    errors = Errors(image=1.0, images=50, seed=0.0, seeds=1)
    assert errors.p_value(0.0) == pytest.approx(1)
    assert errors.p_value(1e9) == pytest.approx(1e-12)
    still = Errors(image=0.0, images=50, seed=0.0, seeds=3)
    assert still.p_value(0.0) == 1 and still.p_value(0.1) == 1e-12


@pytest.mark.parametrize("given, expected", [
    ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
    ([0.5], [0.5]),
    ([0.9, 0.6], [1.0, 1.0]),
    ([], []),
], ids=str)  # fmt: skip
def test_holm(given, expected):
    """The first is the worked example of the step-down procedure with four tests."""
    assert holm(given) == expected
