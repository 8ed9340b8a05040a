import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import Haar
from paddle_resample.up import HaarInverse


@pytest.mark.parametrize("border", ["replicate", "zeros"])
@pytest.mark.parametrize("size", [(6, 8), (7, 9), (97, 131)], ids=str)
def test_undoes_its_partner(rng, size, border):
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y, side = Haar(3, border=border).record(paddle.to_tensor(x))
    up = HaarInverse(3)
    np.testing.assert_allclose(up(y, side=side).numpy(), x, rtol=0, atol=1e-6)
    fitted = up(y, side=side, size=size).numpy()
    np.testing.assert_allclose(fitted, x, rtol=0, atol=1e-6)


def test_three_levels_come_back(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 37, 50)).astype("float32"))
    down, up, y, sides = Haar(2), HaarInverse(2), x, []
    for _ in range(3):
        y, side = down.record(y)
        sides.append(side)
    for side in reversed(sides):
        y = up(y, side=side)
    np.testing.assert_allclose(y.numpy(), x.numpy(), rtol=0, atol=1e-5)


def test_without_details_it_is_half_of_nearest(rng):
    x = rng.normal(size=(1, 2, 3, 4)).astype("float32")
    _, side = Haar(2).record(paddle.ones([1, 2, 6, 8]))
    y = HaarInverse(2)(paddle.to_tensor(x), side=side).numpy()
    np.testing.assert_allclose(y, x.repeat(2, 2).repeat(2, 3) / 2, rtol=0, atol=1e-6)


def test_cost():
    assert cost("haar_inverse", 8, (5, 6))[:2] == (0, 16 * 8 * 5 * 6)


def test_error_names_the_remedy():
    with pytest.raises(
        UsageError, match="haar_inverse: called without side, the haar_bands"
    ):
        HaarInverse(4)(paddle.ones([1, 4, 2, 2]))
