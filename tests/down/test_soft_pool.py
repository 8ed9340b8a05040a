import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import SoftPool
from tests.reference import soft_pool as loops


@pytest.mark.parametrize("scale, k", [(1, 1), (2, 2), (2, 3), (3, 3), (2, 4)])
@pytest.mark.parametrize("size", [(8, 12), (9, 11)], ids=str)
def test_equals_loops(rng, size, scale, k):
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y, side = SoftPool(3, scale=scale, kernel_size=k).record(paddle.to_tensor(x))
    assert side is None
    expected = loops.importance_pool(x, x, k, scale, (k - scale + 1) // 2)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-6)
    found = cost({"name": "soft_pool", "scale": scale, "kernel_size": k}, 3, size)
    assert (found.parameters, found.macs) == (0, k * k * 3 * y.numpy()[0, 0].size)


def test_shared_weights_are_the_python_path(rng):
    x = rng.normal(size=(2, 3, 8, 6)).astype("float32")
    y = SoftPool(3, weights="shared")(paddle.to_tensor(x)).numpy()
    summed = np.log(np.exp(x).sum(1, keepdims=True))
    expected = np.maximum(loops.importance_pool(x, summed, 2, 2, 0), 0)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("options, text", [
    ({"kernel_size": 1}, "kernel_size must be an integer of at least 2, not 1"),
    ({"weights": "shard"}, "unknown weights 'shard'; did you mean 'shared'"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"soft_pool: {text}"):
        SoftPool(4, **options)
