import numpy as np
import pytest

from paddle_resample.ceiling.oracle import _matrix, fitted_prediction
from paddle_resample.ceiling.shares import class_shares, one_hot
from paddle_resample.ceiling.ways import go_up, winners
from tests.ceiling.made_up_labels import blobs


def right(prediction, label):
    return (prediction == label)[label >= 0].mean()


@pytest.mark.parametrize("stride", [4, 8])
def test_better_than_shares(rng, stride):
    label = blobs(rng)
    label[label == 255] = -1
    maps = one_hot(label, range(4))
    shares = class_shares(maps, [stride])[stride]
    plain = winners(go_up("bilinear", shares, stride, label.shape), range(4))
    first = fitted_prediction(label, maps, shares, stride, np.arange(4), steps=0)
    found = fitted_prediction(label, maps, shares, stride, np.arange(4))
    assert (first == plain).mean() > 0.999
    assert right(found, label) > right(plain, label) + 0.05


def test_a_slanted_edge_is_drawn_by_bilinear_alone():
    """Shares blur it; logits that are a plane across the edge draw it."""
    y, x = np.mgrid[:64, :64]
    label = (y > 0.37 * x + 17).astype(int)
    maps = one_hot(label, range(2))
    shares = class_shares(maps, [8])[8]
    plain = winners(go_up("bilinear", shares, 8, label.shape), range(2))
    found = fitted_prediction(label, maps, shares, 8, np.arange(2), steps=200)
    assert right(plain, label) < 0.994 and right(found, label) > 0.998


def test_both_axes_are_the_layer(rng):
    maps = rng.random((2, 5, 6)).astype("float32")
    rows, columns = _matrix(5, 4, 18), _matrix(6, 4, 24)
    expected = go_up("bilinear", maps, 4, (18, 24))
    np.testing.assert_allclose(rows @ maps @ columns.T, expected, atol=1e-5)
