import numpy as np
import pytest

from paddle_resample.lab.measurements.field import FIELD
from paddle_resample.lab.measurements.shift import shift_consistency
from paddle_resample.lab.probe import Probe, pair, probe
from tests.lab.known_operators import CIRCLE, IdealDown, IdealUp, Subsample


def numbers(one, field=FIELD):
    return [value for value, _ in shift_consistency(one, field).numbers.values()]


@pytest.mark.parametrize(
    "name", ["nearest", "bicubic", "carafe", "avg_pool", "max_pool"]
)
def test_cells_are_treated_alike(name):
    assert numbers(probe(name))[0] == pytest.approx(0, abs=1e-6)


def test_aligned_corners_do_not():
    aligned = probe({"name": "bilinear", "align_corners": True})
    assert numbers(aligned)[0] > 1


def theory(tile, transfer):
    """Error of a linear upsampler of scale 2 for a shift by a fine pixel.

    An image m cells from its own band turns by exp(-i pi m) too little or too much.
    """
    spectrum = np.fft.fft2(tile)
    k = np.arange(30)
    power = np.abs(spectrum[:, k % 15][:, :, k % 15]) ** 2
    power = power * transfer(k / 30)[:, None] * transfer(k / 30)
    signed = (k + 7) % 15 - 7  # of the band that it came from
    images = (k - signed) // 15
    wrong = np.abs(1 - np.exp(-1j * np.pi * images)) ** 2
    error = (power * wrong[:, None]).sum(), (power * wrong).sum()
    return np.sqrt(np.mean(error) / power[:, (k > 0)[:, None] | (k > 0)].sum())


def test_images_stay_behind():
    one = probe("nearest")
    tile = FIELD.inside(one.natural(FIELD).x.numpy())[0]
    expected = 100 * theory(tile, lambda f: np.cos(np.pi * f) ** 2)
    assert numbers(one)[1] == pytest.approx(expected, rel=1e-6)
    cubed = 100 * theory(tile, lambda f: np.cos(np.pi * f) ** 6)
    assert numbers(probe("bilinear"))[1] == pytest.approx(cubed, rel=1e-6)


def test_aliases_turn_the_wrong_way():
    one = probe(Subsample(4))
    x = FIELD.inside(one.natural(FIELD).x.numpy(), 2)[0]
    spectrum = np.fft.fft2(x)
    k = np.fft.fftfreq(15, 1 / 15).round().astype(int)
    y, errors = 0, [0, 0]
    for m, n in np.ndindex(2, 2):
        part = spectrum[:, (k + 15 * m) % 30][:, :, (k + 15 * n) % 30] / 4
        y = y + part
        for axis, which in enumerate((m, n)):
            errors[axis] = errors[axis] + part * (np.exp(-1j * np.pi * which) - 1)
    y[:, 0, 0] = 0
    squares = [np.linalg.norm(e) ** 2 for e in errors]
    expected = 100 * np.sqrt(np.mean(squares)) / np.linalg.norm(y)
    assert numbers(one)[1] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("kind", [IdealUp, IdealDown])
def test_the_ideal_moves_with_its_input(kind):
    one = probe(kind(3), label="ideal")
    assert numbers(one, CIRCLE) == pytest.approx([0, 0], abs=1e-9)


def test_pairs():
    assert numbers(pair("haar", "haar_inverse")) == pytest.approx([0, 0], abs=1e-6)
    ideal = Probe("ideal", IdealUp(2), IdealDown(2), paired=True)
    assert numbers(ideal, CIRCLE) == pytest.approx([0, 0], abs=1e-9)
    assert numbers(pair("avg_pool", "nearest"))[1] > 10


def test_blurring_before_the_stride_helps():
    """Zhang 2019."""
    order = [Subsample(16), {"name": "blur_pool", "filter_size": 2}, "blur_pool"]
    found = [numbers(probe(one))[1] for one in order]
    assert found[0] > 1.5 * found[1] > 3 * found[2]
    assert numbers(probe("max_pool"))[1] > numbers(probe("blur_pool"))[1]
