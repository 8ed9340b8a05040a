import numpy as np
import paddle
import pytest

from paddle_resample.ceiling.shares import class_shares, one_hot
from paddle_resample.ceiling.ways import (
    TAPS,
    LinearFit,
    fixed_ways,
    go_up,
    winners,
)
from tests.ceiling.made_up_labels import blobs


def test_what_the_registry_has():
    assert fixed_ways() == ["area", "bicubic", "bilinear", "nearest"]


@pytest.mark.parametrize("way", ["nearest", "bilinear", "bicubic"])
def test_up_and_cut_as_paddle_does(rng, way):
    maps = rng.random((3, 5, 4)).astype("float32")
    expected = paddle.nn.functional.interpolate(
        paddle.to_tensor(maps[None]), scale_factor=4, mode=way
    ).numpy()[0]
    found = go_up(way, maps, 4, (18, 15))
    np.testing.assert_allclose(found, expected[:, :18, :15], atol=1e-5)


def test_winners_are_argmax_with_the_first_of_equals(rng):
    maps = rng.integers(0, 3, (5, 9, 7)).astype("float32")
    classes = np.array([2, 3, 5, 8, 9])
    assert (winners(maps, classes) == classes[maps.argmax(0)]).all()


def labels_at(rng, stride, count=4):
    for _ in range(count):
        label = blobs(rng)
        label[label == 255] = -1
        maps = one_hot(label, range(4))
        yield label, maps, class_shares(maps, [stride])[stride]


def test_linear_fit_is_that_of_least_squares(rng):
    """All rows written out, cell by cell, and given to NumPy's solver."""
    stride, fit = 4, LinearFit(4)
    rows, targets = [], []
    for label, maps, shares in labels_at(rng, stride):
        fit.add(maps, shares)
        framed = np.pad(shares, ((0, 0), (2, 2), (2, 2)), "edge")
        for i, j in np.ndindex(46 // stride, 58 // stride):
            box = np.s_[i * stride : (i + 1) * stride, j * stride : (j + 1) * stride]
            if (label[box] < 0).any():
                continue
            for c in range(4):
                rows.append(framed[c, i : i + TAPS, j : j + TAPS].ravel())
                targets.append(maps[c][box].ravel())
    fit.solve()
    rows, targets = np.array(rows, float), np.array(targets, float)
    expected = np.linalg.lstsq(rows, targets, rcond=None)[0]
    np.testing.assert_allclose(fit.kernels, expected.T, atol=0.02)

    def error(kernels):
        return ((rows @ kernels.T - targets) ** 2).sum()

    assert error(fit.kernels) < 1.001 * error(expected.T)
    assert error(fit.kernels) < 0.95 * error(LinearFit(stride).kernels)


def test_without_labels_the_linear_way_is_bilinear(rng):
    fit = LinearFit(4)
    fit.solve()
    maps = rng.random((2, 6, 7)).astype("float32")
    expected = go_up("bilinear", maps, 4, (22, 28))
    np.testing.assert_allclose(fit.up(maps, (22, 28)), expected, atol=1e-5)


def test_an_image_smaller_than_a_cell():
    fit = LinearFit(32)
    maps = np.ones((1, 20, 40), "float32")
    fit.add(maps, class_shares(maps, [32])[32])
    fit.solve()
    assert np.isfinite(fit.kernels).all()
