import numpy as np
import pytest

from paddle_resample.seg.embedded_data.dice import ONE, Dice, noise, spline


def test_the_stream_is_that_of_pcg64():
    bits = np.random.PCG64(np.random.SeedSequence([3, 1, 4]))
    raw = bits.random_raw(256).tolist()[::-1]
    dice = Dice(3, 1, 4)
    assert dice.integer(10, 16) == 10 + raw[0] % 7
    assert dice.uniform(2, 4) == 2 + 2 * ((raw[1] >> 11) / 2**53)
    assert dice.pick("abc") == "abc"[raw[2] % 3]


def test_throws_stay_in_range_and_reach_it():
    dice = Dice(0)
    whole = [dice.integer(1, 6) for _ in range(3000)]
    assert set(whole) == {1, 2, 3, 4, 5, 6}
    real = np.array([dice.uniform(-1, 3) for _ in range(3000)])
    assert real.min() >= -1 and real.max() < 3
    assert real.mean() == pytest.approx(1, abs=0.1)
    assert np.mean([dice.chance(0.3) for _ in range(3000)]) == pytest.approx(
        0.3, abs=0.03
    )


@pytest.mark.parametrize("grain", ["cloud", "sand"])
@pytest.mark.parametrize("size", [(40, 50), (600, 700)], ids=str)
def test_noise_is_centred(grain, size):
    pieces = np.stack([noise(Dice(i), *size, grain=grain) for i in range(24)])
    assert pieces.shape == (24, *size)
    assert -128 <= pieces.min() < -40 and 40 < pieces.max() <= 127
    assert abs(pieces.mean()) < 10


def test_clouds_are_soft_and_sand_is_not():
    for grain, low, high in (("cloud", 0.9, 1), ("sand", -0.05, 0.05)):
        piece = noise(Dice(5), 200, 200, grain=grain)
        nearby = np.corrcoef(piece[:, 1:].ravel(), piece[:, :-1].ravel())[0, 1]
        assert low < nearby < high


def test_noise_can_be_stretched():
    piece = noise(Dice(5), 90, 90, grain="sand", stretch=(1, 6)).astype(int)
    assert (
        np.abs(np.diff(piece, axis=1)).mean()
        < 0.4 * np.abs(np.diff(piece, axis=0)).mean()
    )


def test_spline_reproduces_a_straight_line():
    weights = spline(7, 400)
    assert abs(weights.sum(1) - ONE).max() <= 2
    line = weights @ np.arange(7) / ONE
    expected = 1 + np.arange(400) * 4 / 400
    np.testing.assert_allclose(line, expected, atol=12 / ONE)
