import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, build, cost, ops
from paddle_resample.down import DepthwiseConv
from tests.reference import convolution


@pytest.mark.parametrize("scale, k", [(1, 3), (2, 3), (2, 5), (3, 3), (4, 5)])
@pytest.mark.parametrize("size", [(8, 12), (9, 11)], ids=str)
def test_equals_loops(rng, size, scale, k):
    layer = DepthwiseConv(3, scale=scale, kernel_size=k)
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    weight, bias = layer.conv.weight.numpy(), layer.conv.bias.numpy()
    full = np.zeros((3, 3, k, k))
    full[range(3), range(3)] = weight[:, 0]
    expected = convolution.conv(x, full, bias, stride=scale, padding=k // 2)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("k", [3, 5, 7])
def test_binomial_start_is_blur_pool(rng, k):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 9, 12)).astype("float32"))
    y = DepthwiseConv(2, kernel_size=k, init="binomial")(x).numpy()
    expected = ops.blur_pool(x, k, border="zeros").numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-6)


def test_starts_as_pytorch_does():
    layer = DepthwiseConv(64)
    for p in (layer.conv.weight, layer.conv.bias):
        assert 0.9 / 3 < np.abs(p.numpy()).max() <= 1 / 3


@pytest.mark.parametrize("scale, k", [(2, 3), (3, 3), (4, 5), (5, 5)])
def test_cost(scale, k):
    found = cost({"name": "depthwise_conv", "scale": scale}, 8, (20, 30))
    assert found.parameters == k * k * 8 + 8
    assert found.macs == k * k * 8 * -(-20 // scale) * -(-30 // scale)
    layer = DepthwiseConv(8, scale=scale)
    assert sum(p.size for p in layer.parameters()) == found.parameters


def test_a_site_that_changes_channels_makes_it_separable():
    layer = build({"name": "depthwise_conv", "bias": False}, 8, 12)
    assert sum(p.size for p in layer.parameters()) == 9 * 8 + 8 * 12 + 12


@pytest.mark.parametrize("options, text", [
    ({"kernel_size": 4}, "kernel_size must be an odd positive integer, not 4"),
    ({"init": "binomal"}, "unknown init 'binomal'; did you mean 'binomial'"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"depthwise_conv: {text}"):
        DepthwiseConv(4, **options)
