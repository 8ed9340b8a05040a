import numpy as np

from paddle_resample.lab.measurements.field import FIELD, Field, moved


def test_inside_undoes_wrap(rng):
    tile = rng.normal(size=(2, 30, 30))
    whole = FIELD.wrap(tile, 2)
    assert whole.shape == (2, 56, 56) and FIELD.side == 28
    np.testing.assert_array_equal(FIELD.inside(whole, 2), tile)
    np.testing.assert_array_equal(whole[:, :, 30:], whole[:, :, :26])
    np.testing.assert_array_equal(whole[:, 30:], whole[:, :26])


def test_a_circle_has_no_margins(rng):
    tile = rng.normal(size=(5, 5))
    np.testing.assert_array_equal(Field(5, 0, 0).wrap(tile), tile)


def test_broken_shift_of_a_wave():
    at = 2 * np.pi * np.arange(7) / 7
    wave = np.cos(2 * at) + np.sin(at[:, None])
    shift = 2 * np.pi / 7 * np.array([0.5, 0.25])
    expected = np.cos(2 * (at - shift[1])) + np.sin(at[:, None] - shift[0])
    np.testing.assert_allclose(moved(wave, 0.5, 0.25), expected, atol=1e-12)


def test_whole_shifts_are_exact(rng):
    tile = rng.normal(size=(3, 9, 9))
    expected = np.roll(tile, (1, -2), (1, 2))
    np.testing.assert_array_equal(moved(tile, 1, -2), expected)
    halves = moved(moved(tile, 0.5, -1.5), 0.5, -0.5)
    np.testing.assert_allclose(halves, expected, atol=1e-12)
