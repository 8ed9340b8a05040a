import numpy as np
import pytest

from paddle_resample.ceiling.shares import class_shares, one_hot
from tests.ceiling.made_up_labels import blobs


@pytest.mark.parametrize("strides", [(2, 4, 8), (3,), (2, 3, 6), (32,)], ids=str)
def test_by_loops(rng, strides):
    label = np.where((a := blobs(rng)) == 255, -1, a)
    found = class_shares(one_hot(label, range(4)), strides)
    assert set(found) == set(strides)
    for s in strides:
        for i, j in np.ndindex(-(-46 // s), -(-58 // s)):
            cell = label[i * s : (i + 1) * s, j * s : (j + 1) * s]
            for c in range(4):
                labelled = (cell >= 0).sum()
                share = (cell == c).sum() / labelled if labelled else 0
                assert found[s][c, i, j] == pytest.approx(share, abs=1e-6)


def test_a_cell_of_void_says_nothing():
    label = np.full((4, 8), -1)
    label[:, :4] = 1
    shares = class_shares(one_hot(label, [0, 1]), [4])[4]
    assert shares.tolist() == [[[0, 0]], [[1, 0]]]
