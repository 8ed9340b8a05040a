import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops.pixel_filter import neighbour_products, pixel_filter
from tests.reference import pixel_filter as loops


@pytest.mark.parametrize("radius, size", [(0, (1, 2)), (1, (2, 5)), (3, (4, 7))])
def test_equals_loops(rng, radius, size):
    x = rng.normal(size=(2, 3, *size))
    kernels = rng.normal(size=(2, (2 * radius + 1) ** 2, *size))
    y = pixel_filter(paddle.to_tensor(x), paddle.to_tensor(kernels)).numpy()
    np.testing.assert_allclose(y, loops.pixel_filter(x, kernels), atol=1e-12)
    products = neighbour_products(paddle.to_tensor(x), radius).numpy()
    expected = loops.neighbour_products(x, radius)
    np.testing.assert_allclose(products, expected, atol=1e-12)


def test_gradient(rng, check_gradient):
    x, kernels = rng.normal(size=(1, 2, 3, 4)), rng.normal(size=(1, 9, 3, 4))
    check_gradient(pixel_filter, x, kernels)
    check_gradient(lambda x: neighbour_products(x, 1), x)


def test_error_names_the_remedy():
    with pytest.raises(UsageError, match="a map of 3x4 is too small to reflect 3 pix"):
        neighbour_products(paddle.ones([1, 1, 3, 4]), 3)
