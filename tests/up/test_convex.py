import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import Convex
from tests.reference import convolution, shuffle
from tests.reference import reassemble as loops


@pytest.mark.parametrize("options", [
    {},
    {"scale": 3, "border": "renormalise", "hidden_channels": 5},
    {"scale": 1, "border": "replicate"},
    {"scale": 4, "flow": True},
], ids=str)  # fmt: skip
def test_equals_loops(rng, options):
    layer = Convex(2, **{"hidden_channels": 4, **options})
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape).astype("float32"))
    x = rng.normal(size=(2, 2, 3, 4)).astype("float32")
    one, two = layer.mask[0], layer.mask[2]
    hidden = convolution.conv(x, one.weight.numpy(), one.bias.numpy(), padding=1)
    logits = convolution.conv(
        np.maximum(hidden, 0), two.weight.numpy(), two.bias.numpy()
    )
    scale = options.get("scale", 2)
    kernels = loops.softmax(shuffle.pixel_shuffle(logits / 4, scale), 1)
    expected = loops.reassemble(
        x, kernels, 3, scale, border=options.get("border", "zero")
    )
    if options.get("flow"):
        expected = expected * scale
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-5)


def test_gradient(rng, check_gradient):
    layer = Convex(2, hidden_channels=3)
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 2, 3, 4)))


@pytest.mark.parametrize("border, corner, edge", [
    ("zero", 4 / 9, 6 / 9),
    ("replicate", 1, 1),
    ("renormalise", 1, 1),
])  # fmt: skip
def test_equal_weights_are_a_box_mean(border, corner, edge):
    layer = Convex(2, border=border)
    for p in layer.mask[2].parameters():
        p.set_value(p * 0)
    y = layer(paddle.ones([1, 2, 5, 5])).numpy()
    np.testing.assert_allclose(y[0, :, [0, 0, -1, -1], [0, -1, 0, -1]], corner, 1e-6)
    np.testing.assert_allclose(y[0, :, 0, 4], edge, 1e-6)
    np.testing.assert_allclose(y[0, :, 4, 4], 1, 1e-6)


def test_cost_of_the_released_head():
    found = cost({"name": "convex", "scale": 8}, 128, (5, 6))
    assert found.parameters == 443_200
    assert found.macs == 30 * (9 * 128 * 256 + 576 * 256 + 576 * 128)


def test_errors_name_the_remedy():
    with pytest.raises(UsageError, match="convex: hidden_channels must be a positive"):
        Convex(4, hidden_channels=0)
    with pytest.raises(UsageError, match="unknown border 'zeros'; did you mean"):
        Convex(4, border="zeros")
