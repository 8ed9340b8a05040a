import numpy as np
import pytest

from paddle_resample.metrics.calibration import (
    BINS,
    calibration_counts,
    expected_calibration_error,
)


def test_by_loops(rng):
    confidence, correct = rng.random(500), rng.random(500) < 0.6
    expected = 0
    for b in range(BINS):
        inside = (confidence > b / BINS) & (confidence <= (b + 1) / BINS)
        if inside.any():
            gap = abs(correct[inside].mean() - confidence[inside].mean())
            expected += inside.mean() * gap
    found = expected_calibration_error(calibration_counts(confidence, correct))
    assert found == pytest.approx(expected, abs=1e-12)


def test_counts_of_images_add_up(rng):
    confidence, correct = rng.random((2, 9, 9)), rng.random((2, 9, 9)) < 0.5
    halves = [calibration_counts(a, b) for a, b in zip(confidence, correct)]
    whole = calibration_counts(confidence, correct)
    np.testing.assert_allclose(sum(halves), whole, rtol=1e-12)


def test_ends_of_the_scale():
    counts = calibration_counts([0.0, 1.0], [False, True])
    assert counts[0, 0] == 1 and counts[0, -1] == 1
    assert expected_calibration_error(counts) == 0


def test_nothing_counted():
    assert np.isnan(expected_calibration_error(np.zeros((3, BINS))))


def test_many_samples_at_once(rng):
    counts = np.stack(
        [calibration_counts(rng.random(50), rng.random(50) < 0.6) for _ in range(3)]
    )
    together = expected_calibration_error(counts)
    alone = [expected_calibration_error(one) for one in counts]
    np.testing.assert_allclose(together, alone, rtol=1e-12)
