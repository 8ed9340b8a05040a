import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import LIP, SoftPool
from paddle_resample.ops import importance_pool
from tests.reference import convolution
from tests.reference import soft_pool as loops


@pytest.mark.parametrize("scale, k", [(2, None), (3, None), (2, 5), (1, None)])
def test_equals_loops(rng, scale, k):
    layer = LIP(4, scale=scale, kernel_size=k)
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape).astype("float32"))
    x = rng.normal(size=(2, 4, 7, 10)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    conv, norm = layer.logit["conv"], layer.logit["bn"]
    logit = convolution.conv(x, conv.weight.numpy(), np.zeros(4), padding=1)
    logit = loops.instance_norm(logit, norm.weight.numpy(), norm.bias.numpy())
    side = k or 2 * scale - 1
    expected = loops.importance_pool(x, loops.gate(logit), side, scale, side // 2)
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-5)


def test_starts_as_the_mean_of_each_window(rng):
    x = rng.normal(size=(2, 4, 7, 10)).astype("float32")
    y = LIP(4)(paddle.to_tensor(x)).numpy()
    expected = loops.importance_pool(x, np.zeros_like(x), 3, 2, 1)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-6)


def test_values_as_their_own_logits_are_soft_pool(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 3, 8, 8)))
    y, z = importance_pool(x, x, 2, 2, 0), SoftPool(3)(x)
    np.testing.assert_allclose(y.numpy(), z.numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("channels", [8, 64])
def test_cost(channels):
    found = cost("lip", channels, (9, 12))
    assert found.parameters == 9 * channels**2 + 2 * channels
    assert found.macs == 9 * channels**2 * 9 * 12 + 9 * channels * 5 * 6
    assert sum(p.size for p in LIP(channels).parameters()) == found.parameters


def test_names_are_the_official_ones():
    assert sorted(LIP(4).state_dict()) == [
        "logit.bn.bias",
        "logit.bn.weight",
        "logit.conv.weight",
    ]


def test_error_names_the_remedy():
    with pytest.raises(
        UsageError, match="lip: kernel_size must be an odd positive integer, not 2"
    ):
        LIP(4, kernel_size=2)
