import numpy as np
import paddle
import pytest

from paddle_resample.down import MaxPool
from tests.reference import pool


@pytest.mark.parametrize("scale, k", [
    (1, None), (2, None), (3, None), (4, None), (2, 3), (2, 4), (3, 5),
], ids=str)  # fmt: skip
@pytest.mark.parametrize("size", [(12, 24), (13, 19), (5, 8, 7)], ids=str)
def test_equals_loops(rng, size, scale, k):
    x = rng.normal(size=(2, 3, *size))
    layout = "NCHW" if len(size) == 2 else "NCDHW"
    layer = MaxPool(3, scale=scale, kernel_size=k, data_format=layout)
    y, side = layer.record(paddle.to_tensor(x))
    k = k or scale
    pooled, indices = pool.max_pool(x, k, scale, (k - scale + 1) // 2)
    np.testing.assert_array_equal(y.numpy(), pooled)
    np.testing.assert_array_equal(side.indices.numpy(), indices)
    assert side.size == list(size)


def test_border_of_minus_infinity_never_wins():
    y, side = MaxPool(1, kernel_size=3).record(paddle.full([1, 1, 4, 4], -7.0))
    assert (y.numpy() == -7).all()
    assert side.indices.numpy().ravel().tolist() == [0, 1, 4, 5]


@pytest.mark.parametrize("size", [(7, 9), (5, 8, 7)], ids=str)
def test_without_a_partner_it_is_the_same_without_positions(rng, size):
    layout = "NCHW" if len(size) == 2 else "NCDHW"
    layer = MaxPool(3, kernel_size=3, data_format=layout)
    # Few whole numbers, so that some windows have several maxima.
    values = rng.integers(0, 3, (2, 3, *size)).astype("float32")
    results = []
    for needed in (True, False):
        x = paddle.to_tensor(values, stop_gradient=False)
        y, side = layer.record(x, needed=needed)
        assert (side is not None) is needed
        (y * y).sum().backward()
        results.append((y.numpy(), x.grad.numpy()))
    for recorded, plain in zip(*results):
        np.testing.assert_array_equal(plain, recorded)
