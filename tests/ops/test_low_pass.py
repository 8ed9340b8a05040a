import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.ops import low_pass
from paddle_resample.ops.low_pass import _kept
from tests.reference import frequency

SIZES = [(1, 1), (2, 3), (5, 6), (7, 8), (9, 10), (11, 12), (6, 14)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("threshold", [0.1, 0.25, 0.35, 0.5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_equals_fourier_transforms(rng, size, threshold, stride):
    x = rng.normal(size=(2, 3, *size))
    y = low_pass(paddle.to_tensor(x), threshold, stride).numpy()
    expected = frequency.low_pass(x, threshold)[:, :, ::stride, ::stride]
    assert y.shape == expected.shape
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("n, first, end", [
    (5, 1, 4), (6, 2, 4), (7, 2, 5), (8, 2, 6), (9, 2, 7), (10, 2, 8), (11, 3, 8),
])  # fmt: skip
def test_keeps_the_published_frequencies(n, first, end):
    """An impulse holds every frequency once."""
    x = np.zeros((1, 1, 1, n))
    x[..., 0] = 1
    y = low_pass(paddle.to_tensor(x)).numpy()[0, 0, 0]
    spectrum = np.fft.fftshift(np.fft.fft(y))
    kept = np.zeros(n)
    kept[first:end] = 1
    mirrored = np.roll(kept[::-1], 1 - n % 2)
    np.testing.assert_allclose(spectrum, (kept + mirrored) / 2, atol=1e-12)


def test_large_maps_keep_their_digits(rng):
    x = rng.normal(size=(1, 1, 300, 517)).astype("float32")
    y = low_pass(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, frequency.low_pass(x, 0.25), rtol=0, atol=2e-5)


def test_a_frequency_passes_or_vanishes():
    place = np.arange(16)
    for cycles, passes in ((3, 1), (4, 0.5), (5, 0)):  # at 4 one of the pair is kept
        x = np.cos(2 * np.pi * cycles * place / 16) * np.ones((1, 1, 1, 1))
        y = low_pass(paddle.to_tensor(x)).numpy()
        np.testing.assert_allclose(y, passes * x, atol=1e-12)


@pytest.mark.parametrize("threshold", [0.1, 0.25, 0.35, 1 / 6, 0.5])
def test_rounds_as_python_does(threshold):
    for n in range(1, 300):
        ends = [round(n / 2 - n * threshold), round(n / 2 + n * threshold)]
        assert _kept(n, threshold) == ends
        traced = _kept(paddle.to_tensor(n), threshold)
        assert [end.item() for end in traced] == ends


def test_gradient(rng, check_gradient):
    check_gradient(lambda x: low_pass(x, 0.25, 2), rng.normal(size=(1, 2, 6, 5)))


@pytest.mark.parametrize("threshold", [0, 0.51, -0.1, "0.2", True, float("nan")])
def test_error_names_the_remedy(threshold):
    with pytest.raises(UsageError, match=r"low_pass: threshold must be above 0 and at"):
        low_pass(paddle.ones([1, 1, 4, 4]), threshold)
