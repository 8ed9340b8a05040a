import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import Haar
from tests.reference import haar as loops


@pytest.mark.parametrize("border, mode", [("replicate", "edge"), ("zeros", "constant")])
@pytest.mark.parametrize("size", [(6, 8), (7, 9)], ids=str)
def test_equals_loops(rng, size, border, mode):
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y, side = Haar(3, border=border).record(paddle.to_tensor(x))
    expected = loops.haar(x, mode)
    np.testing.assert_allclose(y.numpy(), expected[:, 0], rtol=0, atol=1e-6)
    assert list(side.high.shape) == [2, 9, *y.shape[2:]]


def test_low_band_is_twice_the_mean_of_each_cell(rng):
    x = rng.normal(size=(1, 2, 6, 8)).astype("float32")
    y = Haar(2)(paddle.to_tensor(x)).numpy()
    cells = x.reshape(1, 2, 3, 2, 4, 2).mean((3, 5))
    np.testing.assert_allclose(y, 2 * cells, rtol=0, atol=1e-6)


def test_cost():
    assert cost("haar", 8, (9, 12))[:2] == (0, 16 * 8 * 5 * 6)


def test_error_names_the_remedy():
    with pytest.raises(
        UsageError, match="border must be 'replicate' or 'zeros', not 3"
    ):
        Haar(4, border=3)
