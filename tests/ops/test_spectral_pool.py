import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.ops.spectral_pool import (
    spectral_macs,
    spectral_pool,
    spectral_size,
)
from tests.reference import spectrum as loops

SIZES = [(4, 4), (6, 10), (7, 9), (5, 11), (14, 2), (1, 3)]


@pytest.mark.parametrize("window", [False, True])
@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_equals_loops_over_frequencies(rng, size, scale, window):
    x = rng.normal(size=(2, 3, *size))
    y = spectral_pool(paddle.to_tensor(x), scale, window).numpy()
    np.testing.assert_allclose(
        y, loops.low_frequencies(x, scale, window), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("padding", ["none", "one", "large"])
@pytest.mark.parametrize("window", [False, True])
@pytest.mark.parametrize("size", [*SIZES[:-1], (3, 8), (9, 13)], ids=str)
def test_equals_the_released_shifts(rng, size, window, padding):
    x = rng.normal(size=(1, 2, *size))
    y = spectral_pool(paddle.to_tensor(x), 2, window, "released", padding).numpy()
    np.testing.assert_allclose(
        y, loops.released(x, window, padding), rtol=0, atol=1e-12
    )
    assert y.shape[2:] == tuple(spectral_size(n, 2, "released", padding) for n in size)


def test_both_cuts_are_one_where_4_divides_the_sides(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 8, 12)))
    y, z = (spectral_pool(x, 2, cut=cut).numpy() for cut in ("centred", "released"))
    np.testing.assert_allclose(y, z, rtol=0, atol=1e-14)


@pytest.mark.parametrize("size", [(8, 6), (10, 14), (7, 5)], ids=str)
@pytest.mark.parametrize("window", [False, True])
def test_the_centred_cut_keeps_a_constant_where_the_released_one_does_not(size, window):
    x = paddle.full([1, 1, *size], 2.5, dtype="float64")
    np.testing.assert_allclose(spectral_pool(x, 2, window).numpy(), 2.5, atol=1e-12)
    released = spectral_pool(x, 2, window, "released").numpy()
    misplaced = any(n % 4 == 2 for n in size)
    off_centre = window and any(n % 2 == 0 for n in size)
    assert (np.abs(released - 2.5).max() > 0.1) == (misplaced or off_centre)


def test_what_cannot_be_shown_disappears():
    """Waves above half the new rate leave nothing, those below it come back."""
    k = np.arange(16)
    for cycles in range(8):
        wave = paddle.to_tensor(np.cos(2 * np.pi * cycles * k / 16)[None, None, None])
        y = spectral_pool(wave, 2).numpy().ravel()
        expected = np.cos(2 * np.pi * cycles * np.arange(8) / 8)
        # Of the wave at half the new rate one of its two frequencies is kept.
        share = 1.0 if cycles < 4 else 0.5 if cycles == 4 else 0.0
        np.testing.assert_allclose(y, share * expected, atol=1e-12)


@pytest.mark.parametrize("padding", ["one", "large"])
def test_padding_keeps_the_size_of_the_centred_cut(rng, padding):
    for size in SIZES:
        x = paddle.to_tensor(rng.normal(size=(1, 1, *size)))
        y = spectral_pool(x, 2, True, padding=padding)
        assert list(y.shape[2:]) == [-(-n // 2) for n in size]


@pytest.mark.parametrize("cut", ["centred", "released"])
@pytest.mark.parametrize("size", [(4, 6), (5, 8)], ids=str)
def test_gradient(rng, check_gradient, size, cut):
    check_gradient(
        lambda x: spectral_pool(x, 2, True, cut, "large"),
        rng.normal(size=(1, 2, *size)),
    )


def test_float32_is_as_good_as_a_transform(rng):
    x = rng.normal(size=(1, 2, 257, 514))
    y = spectral_pool(paddle.to_tensor(x.astype("float32")), 2).numpy()
    exact = spectral_pool(paddle.to_tensor(x), 2).numpy()
    assert np.abs(y - exact).max() < 5e-6


def test_macs_are_those_of_the_products():
    assert spectral_macs(8, 12, 2, "centred", "none") == 8 * 12 * 6 + 4 * 8 * 6
    assert spectral_macs(8, 12, 2, "released", "none") == 2 * (8 * 12 * 6 + 4 * 8 * 6)


def test_refuses_a_side_of_which_nothing_is_left():
    with pytest.raises(UsageError, match="it: 1x4 is too small, nothing is kept of a"):
        spectral_pool(paddle.ones([1, 1, 1, 4]), 2, cut="released", owner="it")
