import math

import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import BlurPool, GaussianPool
from tests.reference import blur_pool as loops


def gaussian(k, sigma):
    line = [math.exp(-((i - k // 2) ** 2) / (2 * sigma**2)) for i in range(k)]
    return [v / sum(line) for v in line]


@pytest.mark.parametrize("options, k, sigma", [
    ({}, 5, 1.0),
    ({"scale": 3}, 7, 1.5),
    ({"sigma": 0.7}, 5, 0.7),
    ({"kernel_size": 3, "border": "zeros"}, 3, 1.0),
    ({"sigma": 2, "kernel_size": 7, "border": "replicate"}, 7, 2.0),
], ids=str)  # fmt: skip
@pytest.mark.parametrize("size", [(8, 12), (9, 11)], ids=str)
def test_equals_loops(rng, size, options, k, sigma):
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y = GaussianPool(3, **options)(paddle.to_tensor(x)).numpy()
    line, scale = gaussian(k, sigma), options.get("scale", 2)
    border = options.get("border", "reflect")
    expected = loops.strided_filter(x, line, scale, k // 2, k // 2, border)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-6)


def test_default_is_near_the_pyramid_of_the_paper(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 16, 16)).astype("float32"))
    y, z = GaussianPool(2)(x).numpy(), BlurPool(2, filter_size=5)(x).numpy()
    assert 0 < np.abs(y - z).max() < 0.15


def test_cost():
    assert cost("gaussian_pool", 8, (9, 12)).macs == 25 * 8 * 5 * 6


@pytest.mark.parametrize("options, text", [
    ({"sigma": 0}, "sigma must be a positive number, not 0"),
    ({"sigma": "1"}, "sigma must be a positive number, not '1'"),
    ({"kernel_size": 4}, "kernel_size must be an odd positive integer, not 4"),
    ({"border": "same"}, "border must be 'reflect', 'replicate' or 'zeros', not"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"gaussian_pool: {text}"):
        GaussianPool(4, **options)
