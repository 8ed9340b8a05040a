import numpy as np
import paddle
import paddle.nn as nn
import pytest

from paddle_resample.blocks.layer_norm import LayerNorm2D


@pytest.mark.parametrize("epsilon", [1e-5, 1e-3])
def test_equals_the_formula(rng, epsilon):
    layer = LayerNorm2D(4, epsilon)
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape).astype("float32"))
    x = 0.1 * rng.normal(size=(2, 4, 3, 5)).astype("float32")
    centred = x - x.mean(1, keepdims=True)
    expected = centred / np.sqrt((centred**2).mean(1, keepdims=True) + epsilon)
    weight, bias = (p.numpy()[:, None, None] for p in (layer.weight, layer.bias))
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, expected * weight + bias, rtol=0, atol=1e-5)


def test_is_stored_as_layer_norm():
    names = set(LayerNorm2D(4).state_dict())
    assert names == set(nn.LayerNorm(4).state_dict())


def test_gradient(rng, check_gradient):
    layer = LayerNorm2D(3)
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 3, 2, 2)))
