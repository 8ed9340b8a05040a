import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import FLC
from tests.reference import spectrum as loops


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("size", [(8, 12), (6, 9)], ids=str)
def test_equals_loops(rng, size, scale):
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y = FLC(3, scale=scale)(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, loops.low_frequencies(x, scale), rtol=0, atol=2e-6)


@pytest.mark.parametrize("size", [(8, 12), (6, 10), (9, 11)], ids=str)
def test_released_cut_equals_the_released_code(rng, size):
    x = rng.normal(size=(1, 2, *size)).astype("float32")
    y = FLC(2, cut="released")(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, loops.released(x), rtol=0, atol=2e-6)


def test_a_shift_of_two_pixels_shifts_the_result_by_one(rng):
    x = rng.normal(size=(1, 2, 8, 12)).astype("float32")
    y = FLC(2)(paddle.to_tensor(x)).numpy()
    z = FLC(2)(paddle.to_tensor(np.roll(x, (2, -4), (2, 3)))).numpy()
    np.testing.assert_allclose(z, np.roll(y, (1, -2), (2, 3)), rtol=0, atol=1e-5)


def test_gradient(rng, check_gradient):
    check_gradient(FLC(2), rng.normal(size=(1, 2, 6, 5)))


def test_cost():
    found = cost("flc", 8, (9, 12))
    assert (found.parameters, found.macs) == (0, 8 * 9 * 6 * (12 + 5))


def test_errors_name_the_remedy():
    with pytest.raises(
        UsageError, match="flc: unknown cut 'centered'; did you mean 'c"
    ):
        FLC(4, cut="centered")
    with pytest.raises(
        UsageError, match="flc: cut 'released' halves, it has no scale 4"
    ):
        FLC(4, cut="released", scale=4)
    with pytest.raises(UsageError, match="flc: 1x8 is too small, nothing is kept"):
        FLC(1, cut="released")(paddle.ones([1, 1, 1, 8]))
