import numpy as np
import paddle
import paddle.nn as nn
import pytest
from paddle.nn.initializer import Constant

from paddle_resample.blocks.conv import Linear2D, conv, conv_norm_relu, linear
from paddle_resample.blocks.pointwise_conv import PointwiseConv
from tests.reference import convolution


@pytest.mark.parametrize("k, dilation", [(1, 1), (3, 1), (3, 2), (5, 1)])
def test_keeps_the_size_and_equals_loops(rng, k, dilation):
    x = rng.normal(size=(2, 4, 7, 6)).astype("float32")
    layer = conv(4, 3, k, dilation=dilation)
    y = layer(paddle.to_tensor(x)).numpy()
    assert y.shape == (2, 3, 7, 6)
    if dilation == 1:
        weight, bias = layer.weight.numpy(), layer.bias.numpy()
        expected = convolution.conv(x, weight, bias, padding=k // 2)
        np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("options, kind", [
    ({}, PointwiseConv),
    ({"stride": 2}, nn.Conv2D),
    ({"groups": 2}, nn.Conv2D),
    ({"padding": 1}, nn.Conv2D),
    ({"kernel_size": 3}, nn.Conv2D),
], ids=str)  # fmt: skip
def test_plain_1x1_convolutions_are_pointwise(options, kind):
    assert type(conv(4, 4, **options)) is kind


def test_initialization():
    layer = conv(64, 32, 3, groups=2)
    bound = (9 * 32) ** -0.5
    for p in layer.parameters():
        assert 0.9 * bound < np.abs(p.numpy()).max() <= bound
    layer = conv(4, 4, 3, init=Constant(2.0))
    assert (layer.weight.numpy() == 2).all() and not layer.bias.numpy().any()
    assert conv(4, 4, bias=False).bias is None
    for layer in (linear(64, 32), Linear2D(64, 32)):
        assert 0.9 / 8 < np.abs(layer.weight.numpy()).max() <= 1 / 8
    assert linear(4, 4, bias=False).bias is None


def test_linear_2d_is_linear_over_channels(rng):
    x = paddle.to_tensor(rng.normal(size=(2, 4, 3, 5)).astype("float32"))
    layer = Linear2D(4, 6)
    expected = np.einsum("nchw,cd->ndhw", x.numpy(), layer.weight.numpy())
    expected = expected + layer.bias.numpy()[:, None, None]
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=0, atol=1e-6)
    assert set(layer.state_dict()) == set(nn.Linear(4, 6).state_dict())


def test_conv_norm_relu(rng):
    layer = nn.Sequential(*conv_norm_relu(4, 3, stride=2, bias=False))
    y = layer(paddle.to_tensor(rng.normal(size=(2, 4, 6, 6)).astype("float32")))
    assert list(y.shape) == [2, 3, 3, 3] and y.numpy().min() == 0
    assert layer[0].bias is None
