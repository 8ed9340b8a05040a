import numpy as np
import paddle
import pytest

from paddle_resample.ops import pointwise_conv


@pytest.mark.parametrize("made", [1, 4])
def test_equals_loops(rng, made):
    x = rng.normal(size=(2, 3, 4, 5))
    weight, bias = rng.normal(size=(made, 3, 1, 1)), rng.normal(size=made)
    expected = np.zeros((2, made, 4, 5))
    for n, o, i, j in np.ndindex(*expected.shape):
        expected[n, o, i, j] = sum(weight[o, c, 0, 0] * x[n, c, i, j] for c in range(3))
    given = paddle.to_tensor(x), paddle.to_tensor(weight)
    y = pointwise_conv(*given).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)
    y = pointwise_conv(*given, paddle.to_tensor(bias)).numpy()
    np.testing.assert_allclose(y, expected + bias[:, None, None], rtol=0, atol=1e-12)


def test_gradient(rng, check_gradient):
    shapes = (2, 3, 4, 5), (4, 3, 1, 1), (4,)
    check_gradient(pointwise_conv, *(rng.normal(size=s) for s in shapes))
