import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import IndexPool
from tests.reference import index_block as loops


@pytest.mark.parametrize("size", [(6, 8), (7, 9)], ids=str)
@pytest.mark.parametrize("kind", ["holistic", "o2o", "m2o"])
def test_equals_loops(rng, kind, size):
    layer = IndexPool(3, block=kind, nonlinear=False, context=True)
    x = 2 * rng.normal(size=(2, 3, *size))
    y, side = layer.record(paddle.to_tensor(x.astype("float32")))
    kept = x[:, :, : size[0] // 2 * 2, : size[1] // 2 * 2]
    encoder, decoder = loops.indices(kept, loops.kernels(layer.index, kind), 1, kind)
    expected = loops.pool(kept, np.broadcast_to(encoder, kept.shape))
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(side.index.numpy(), decoder, rtol=0, atol=1e-6)
    assert side.size == list(size)


def test_keeps_a_constant_whatever_the_weights(rng):
    y, _ = IndexPool(4).record(paddle.full([1, 4, 8, 6], 2.5))
    np.testing.assert_allclose(y.numpy(), 2.5, rtol=1e-6)


def test_gradient(rng, check_gradient):
    layer = IndexPool(2)
    layer.eval()
    layer.to(dtype="float64")
    check_gradient(lambda x: layer(x), rng.normal(size=(1, 2, 4, 6)))


def test_starts_as_the_released_matting_network():
    weight = IndexPool(64).index.indexnet1[0].weight.numpy()
    assert weight.std() == pytest.approx((2 / (16 * 64)) ** 0.5, rel=0.05)


def test_cost_counts_whole_cells_only():
    weights = 4 * 16 * 8 * 8 + 4 * 8 * 8
    assert cost("index_pool", 8, (9, 13)).macs == (weights + 4 * 8) * 4 * 6


def test_error_of_an_unknown_block():
    with pytest.raises(UsageError, match="index_pool: unknown block 'din'"):
        IndexPool(4, block="din")
