import numpy as np
import pytest

from paddle_resample import build
from paddle_resample.lab.measurements.kernel_phases import REACH, kernel_phases
from paddle_resample.lab.probe import pair, probe
from tests.lab.known_operators import Subsample, keys

MIDDLE = REACH


def test_nearest_reads_its_own_pixel():
    found = kernel_phases(probe({"name": "nearest", "scale": 3}))
    own = np.zeros((9, 9))
    own[MIDDLE, MIDDLE] = 1
    assert found.arrays["phases"].shape == (3, 3, 9, 9)
    for p, q in np.ndindex(3, 3):
        np.testing.assert_allclose(found.arrays["phases"][p, q], own, atol=1e-7)
    numbers = {k: v[0] for k, v in found.numbers.items()}
    assert numbers["kernel_sum"] == pytest.approx(9)
    assert numbers["reach"] == 0.5 and numbers["negative"] < 1e-4


def test_phases_of_bilinear_read_their_own_side():
    phases = kernel_phases(probe("bilinear")).arrays["phases"]
    up, down = [0.25, 0.75, 0], [0, 0.75, 0.25]  # upper and lower pixel of a cell
    for (p, q), rows, columns in (
        ((0, 0), up, up),
        ((0, 1), up, down),
        ((1, 0), down, up),
    ):
        part = phases[p, q][MIDDLE - 1 : MIDDLE + 2, MIDDLE - 1 : MIDDLE + 2]
        np.testing.assert_allclose(part, np.outer(rows, columns), atol=1e-7)
        assert phases[p, q].sum() == pytest.approx(1)


def test_bicubic_is_keys_kernel():
    found = kernel_phases(probe("bicubic"))
    at = (np.arange(18) + 0.5 - 9) / 2
    line = keys(at)
    np.testing.assert_allclose(found.arrays["kernel"], np.outer(line, line), atol=1e-6)
    outer = np.outer(line, line)
    expected = 100 * -outer[outer < 0].sum() / np.abs(outer).sum()
    assert found.numbers["negative"][0] == pytest.approx(expected, abs=1e-3)


def test_a_downsampler_reads():
    kernel = kernel_phases(probe(Subsample(4))).arrays["kernel"]
    assert kernel[8, 8] == pytest.approx(1) and kernel.sum() == pytest.approx(1)
    found = kernel_phases(probe("avg_pool"))
    expected = np.zeros((18, 18))
    expected[8:10, 8:10] = 0.25
    np.testing.assert_allclose(found.arrays["kernel"], expected, atol=1e-12)
    assert found.arrays["phases"].shape == (1, 1, 18, 18)
    blur = kernel_phases(probe("blur_pool")).arrays["kernel"]
    line = np.array([1, 3, 3, 1]) / 8
    np.testing.assert_allclose(blur[7:11, 7:11], np.outer(line, line), atol=1e-7)


def test_a_pair_that_brings_back_everything():
    found = kernel_phases(pair("haar", "haar_inverse"))
    for p, q in np.ndindex(2, 2):
        one = found.arrays["phases"][p, q]
        assert one[8 + p, 8 + q] == pytest.approx(1, abs=1e-6)
        assert np.abs(one).sum() == pytest.approx(1, abs=1e-4)
    assert found.arrays["kernel"][8, 8] == pytest.approx(1, abs=1e-6)
    assert found.numbers["reach"][0] == 0.25


def test_channels_that_are_mixed():
    layer = build("conv_transpose", 4)
    found = kernel_phases(probe(layer)).arrays["kernel"][8:10, 8:10]
    diagonal = np.mean([layer.conv.weight.numpy()[c, c] for c in range(4)], 0)
    np.testing.assert_allclose(found, diagonal, atol=1e-6)
