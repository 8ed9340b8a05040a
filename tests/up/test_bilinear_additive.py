import numpy as np
import paddle
import pytest

from paddle_resample import cost
from paddle_resample.up import BilinearAdditive
from tests.reference import interpolate


@pytest.mark.parametrize("average", [False, True])
@pytest.mark.parametrize("out, size", [(2, None), (8, (5, 9)), (1, (12, 10))])
def test_equals_loops(rng, out, size, average):
    x = rng.normal(size=(2, 8, 4, 5)).astype("float32")
    y = BilinearAdditive(8, out, average=average)(paddle.to_tensor(x), size=size)
    fine = interpolate.linear(x, size or (8, 10))
    expected = np.zeros([2, out, *fine.shape[2:]])
    for channel in range(8):
        expected[:, channel * out // 8] += fine[:, channel] / (8 // out) ** average
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-5)


def test_gradient(rng, check_gradient):
    check_gradient(BilinearAdditive(4, 2), rng.normal(size=(1, 4, 3, 2)))


def test_cost():
    assert cost("bilinear_additive", 8, (3, 5), 2)[:2] == (0, 4 * 8 * 4 * 15)


def test_channels_that_do_not_divide_overlap():
    x = paddle.to_tensor(np.arange(1, 6, dtype="float32").reshape([1, 5, 1, 1]))
    y = BilinearAdditive(5, 3)(x)[0, :, 0, 0]
    assert y.tolist() == [1 + 2, 2 + 3 + 4, 4 + 5]


def test_without_a_sum_there_is_no_buffer():
    """Paddle 2.6 saves no parameters of a program without variables, and then misses
    those of the layer."""
    assert BilinearAdditive(4).buffers() == []
    assert len(BilinearAdditive(4, 2).buffers()) == 1
