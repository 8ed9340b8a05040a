import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import HaarBands, haar, haar_inverse
from tests.reference import haar as loops

SIZES = pytest.mark.parametrize("size", [(6, 8), (7, 9), (1, 4), (97, 13)], ids=str)


@pytest.mark.parametrize("border, mode", [("replicate", "edge"), ("zeros", "constant")])
@SIZES
def test_equals_loops(rng, size, border, mode):
    x = rng.normal(size=(2, 3, *size))
    low, side = haar(paddle.to_tensor(x), border)
    expected = loops.haar(x, mode)
    np.testing.assert_allclose(low.numpy(), expected[:, 0], rtol=0, atol=1e-12)
    high = np.concatenate([expected[:, band] for band in (1, 2, 3)], 1)
    np.testing.assert_allclose(side.high.numpy(), high, rtol=0, atol=1e-12)
    assert list(side.size) == list(size)


def test_inverse_equals_loops(rng):
    bands = rng.normal(size=(2, 4, 3, 4, 5))
    high = paddle.to_tensor(np.concatenate([bands[:, band] for band in (1, 2, 3)], 1))
    low = paddle.to_tensor(bands[:, 0])
    expected = loops.inverse(bands)
    y = haar_inverse(low, HaarBands(high, [8, 10])).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)
    y = haar_inverse(low, HaarBands(high, [7, 9])).numpy()
    np.testing.assert_allclose(y, expected[..., :7, :9], rtol=0, atol=1e-12)


@pytest.mark.parametrize("border", ["replicate", "zeros"])
@SIZES
def test_reconstruction_is_perfect(rng, size, border):
    x = rng.normal(size=(2, 3, *size))
    y = haar_inverse(*haar(paddle.to_tensor(x), border)).numpy()
    np.testing.assert_allclose(y, x, rtol=0, atol=1e-14)


def test_energy_is_kept(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 8, 10)))
    low, side = haar(x)
    energy = (low**2).sum() + (side.high**2).sum()
    assert energy.item() == pytest.approx((x**2).sum().item(), rel=1e-12)


def test_two_by_two_convolution_is_the_same_function_class(rng):
    """A stride-2 convolution equals a 1x1 one on the four bands, kernels turned."""
    x, weight = rng.normal(size=(1, 2, 6, 8)), rng.normal(size=(5, 2, 2, 2))
    y = paddle.nn.functional.conv2d(*map(paddle.to_tensor, (x, weight)), stride=2)
    mixed = np.einsum("dcij,bij->dbc", weight, loops.KERNELS)
    z = np.einsum("dbc,nbchw->ndhw", mixed, loops.haar(x))
    np.testing.assert_allclose(y.numpy(), z, rtol=0, atol=1e-12)


def test_gradient(rng, check_gradient):
    def both(x):
        low, side = haar(x)
        return paddle.concat([low, side.high], axis=1)

    check_gradient(both, rng.normal(size=(1, 2, 5, 6)))
    check_gradient(
        lambda low, high: haar_inverse(low, HaarBands(high, [5, 6])),
        rng.normal(size=(1, 2, 3, 3)),
        rng.normal(size=(1, 6, 3, 3)),
    )


def test_errors_name_the_remedy():
    x = paddle.ones([1, 2, 4, 4])
    with pytest.raises(UsageError, match="unknown border 'zero'; did you mean 'zeros'"):
        haar(x, "zero")
    _, side = haar(x)
    with pytest.raises(UsageError, match=r"must be \[1, 9, 2, 2\], not \[1, 6, 2, 2\]"):
        haar_inverse(paddle.ones([1, 3, 2, 2]), side)
