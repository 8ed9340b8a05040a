import numpy as np

from paddle_resample.lab.measurements.signals import (
    edge,
    features,
    flat_noise,
    photograph_tile,
    ramp,
)


def test_ramp_and_edge():
    assert ramp(2, 4, 3)[0, 1].tolist() == [[0, 0.25, 0.5, 0.75]] * 4
    np.testing.assert_array_equal(ramp(1, 4, 2)[0, 0], ramp(1, 4, 3)[0, 0].T)
    assert edge(1, 4, 3)[0, 0].tolist() == [[0, 0, 0, 1]] * 4


def test_noise_has_the_same_power_everywhere(rng):
    noise = flat_noise(3, 15, rng)
    np.testing.assert_allclose(np.abs(np.fft.fft2(noise)), 1, atol=1e-12)
    assert abs(np.corrcoef(noise[0, 0].ravel(), noise[0, 1].ravel())[0, 1]) < 0.3


def test_features_hold_the_colours_and_no_two_equal_pixels():
    tile = photograph_tile(30)
    found = features(tile, 16)
    assert found.shape == (1, 16, 30, 30)
    assert np.abs(found[0, :3].transpose(1, 2, 0) - tile).max() < 0.06
    assert (np.abs(np.diff(found, axis=-1)) > 0).all()
    np.testing.assert_array_equal(found, features(tile, 16))


def test_features_are_periodic():
    """Moving the picture moves the features, up to their grain."""
    tile = photograph_tile(16)
    rolled = features(np.roll(tile, 5, 1), 8)
    assert np.abs(rolled - np.roll(features(tile, 8), 5, 3)).max() < 0.1
    assert features(tile, 8)[0, 3:].std() > 0.1
