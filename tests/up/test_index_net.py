import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.blocks.index_block import IndexMap
from paddle_resample.down import IndexPool
from paddle_resample.up import IndexNet
from tests.reference import index_block as loops


@pytest.mark.parametrize("channels", [1, 3], ids=["holistic", "depthwise"])
def test_equals_loops(rng, channels):
    x = rng.normal(size=(2, 3, 4, 5))
    index = rng.uniform(size=(2, channels, 8, 10))
    side = IndexMap(paddle.to_tensor(index), [8, 10])
    y = IndexNet(3)(paddle.to_tensor(x), side=side).numpy()
    np.testing.assert_allclose(y, loops.unpool(x, np.broadcast_to(index, y.shape)))


@pytest.mark.parametrize("size", [(9, 13), (8, 12), (9, 14)], ids=str)
def test_gives_the_size_before_pooling(rng, size):
    pooled, side = IndexPool(2).record(
        paddle.to_tensor(rng.normal(size=(1, 2, *size)).astype("float32"))
    )
    y = IndexNet(2)(pooled, side=side).numpy()
    assert list(y.shape) == [1, 2, *size]
    rows = np.minimum(np.arange(size[0]), size[0] // 2 * 2 - 1)
    columns = np.minimum(np.arange(size[1]), size[1] // 2 * 2 - 1)
    inside = loops.unpool(pooled.numpy(), side.index.numpy())
    np.testing.assert_allclose(y, inside[:, :, rows][..., columns], rtol=1e-6)
    shorter = IndexNet(2)(pooled, side=side, size=(size[0] - 1, size[1])).numpy()
    np.testing.assert_array_equal(shorter, y[:, :, :-1])


def test_gradient_reaches_the_network_that_predicted_the_index(rng):
    """The index is recorded, not detached: the decoder trains the pooling's network."""
    pool = IndexPool(2, nonlinear=False)
    _, side = pool.record(
        paddle.to_tensor(rng.normal(size=(1, 2, 4, 6)).astype("float32"))
    )
    IndexNet(2)(paddle.ones([1, 2, 2, 3]), side=side).sum().backward()
    for parameter in pool.parameters():
        assert parameter.grad.numpy().any()


def test_untrained_is_about_half_of_nearest(rng):
    paddle.seed(3)
    _, side = IndexPool(16).record(
        paddle.to_tensor(rng.normal(size=(2, 16, 16, 16)).astype("float32"))
    )
    y = IndexNet(16)(paddle.ones([2, 16, 8, 8]), side=side).numpy()
    assert 0.4 < y.mean() < 0.6


@pytest.mark.parametrize("channels, text", [
    (None, "called without side, the index_map"),
    (3, "x has 2 channels but index_pool recorded an index of 3; give the site the"),
], ids=["side", "channels"])  # fmt: skip
def test_error_names_the_remedy(channels, text):
    side = channels and IndexMap(paddle.ones([1, channels, 4, 4]), [4, 4])
    with pytest.raises(UsageError, match=f"index_net: {text}"):
        IndexNet(2)(paddle.ones([1, 2, 2, 2]), side=side)
