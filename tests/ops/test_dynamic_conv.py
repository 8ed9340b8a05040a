import numpy as np
import paddle
import pytest

from paddle_resample.ops import dynamic_conv
from tests.reference import convolution


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "own"])
@pytest.mark.parametrize("k, stride", [(3, 1), (5, 2), (4, 2), (6, 3), (1, 1)], ids=str)
def test_equals_a_convolution_of_every_sample(rng, k, stride, shared):
    x = rng.normal(size=(2, 3, 5, 8))
    kernels = rng.normal(size=(2, 1 if shared else 3, k, k))
    y = dynamic_conv(paddle.to_tensor(x), paddle.to_tensor(kernels), stride).numpy()
    before, after = (k - 1) // 2, k // 2
    padded = np.pad(x, [(0, 0), (0, 0), (before, after), (before, after)])
    for n, c in np.ndindex(2, 3):
        kernel = kernels[n, 0 if shared else c][None, None]
        plane = padded[n : n + 1, c : c + 1]
        expected = convolution.conv(plane, kernel, np.zeros(1), stride)
        np.testing.assert_allclose(y[n, c], expected[0, 0], rtol=0, atol=1e-12)


def test_gradient(rng, check_gradient):
    x, kernels = rng.normal(size=(2, 2, 4, 5)), rng.normal(size=(2, 1, 4, 4))
    check_gradient(lambda x, k: dynamic_conv(x, k, 2), x, kernels)
