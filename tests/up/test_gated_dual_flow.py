import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import GatedDualFlow, GatedDualFlowPooled
from tests.reference import convolution, interpolate, warp

BOTH = pytest.mark.parametrize("layer_class", [GatedDualFlow, GatedDualFlowPooled])


def tensors(rng, c, dtype="float32"):
    x = rng.normal(size=(2, c, 4, 5)).astype(dtype)
    guide = rng.normal(size=(2, c, 9, 11)).astype(dtype)
    return paddle.to_tensor(x), paddle.to_tensor(guide)


# As released, by 256 channels; the closed form is tested against it.
@pytest.mark.parametrize("layer_class, released", [
    (GatedDualFlow, 77_056),
    (GatedDualFlowPooled, 74_788),
])  # fmt: skip
def test_parameters(layer_class, released):
    assert sum(p.size for p in layer_class(256).parameters()) == released
    assert cost(layer_class.name, 256, (8, 8)).parameters == released


def test_macs():
    c, m = 8, 4
    fine = c * m + 9 * 10 * m + 4 * m + 10 * c
    assert cost("gated_dual_flow", c, (3, 5)).macs == 15 * (c * m + 4 * fine)


@pytest.mark.parametrize("k", [1, 3, 5])
@BOTH
def test_equals_loops(rng, layer_class, k):
    layer = layer_class(4, kernel_size=k)
    layer.flow_make.weight.set_value(layer.flow_make.weight * 5)
    x, guide = tensors(rng, 4)
    y = layer(x, guide=guide).numpy()
    x, guide, zero = x.numpy(), guide.numpy(), np.zeros(4)

    def conv(value, module):
        return convolution.conv(value, module.weight.numpy(), zero, 1, module._padding)

    h = interpolate.linear(conv(x, layer.down_h), (9, 11), align_corners=True)
    fine = conv(guide, layer.down_l)
    both = np.concatenate([h, fine], 1)
    flow = conv(both, layer.flow_make)
    assert np.abs(flow).max() > 1
    if layer_class is GatedDualFlowPooled:
        pooled = [h.mean(1), guide.mean(1), h.max(1), guide.max(1)]
        both = np.stack(pooled, axis=1)
    gate = 1 / (1 + np.exp(-conv(both, layer.flow_gate[0])))
    expected = np.empty(y.shape)
    warped = warp.flow_warp(x, flow[:, :2]), warp.flow_warp(guide, flow[:, 2:])
    for n, c, i, j in np.ndindex(*y.shape):
        g = gate[n, 0, i, j]
        a, b = (w[n, c, i, j] for w in warped)
        expected[n, c, i, j] = g * a + (1 - g) * b
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-5)


@BOTH
def test_zero_flow_and_even_gate_is_the_mean_with_bilinear(rng, layer_class):
    layer = layer_class(4)
    layer.flow_make.weight.set_value(layer.flow_make.weight * 0)
    layer.flow_gate[0].weight.set_value(layer.flow_gate[0].weight * 0)
    x, guide = tensors(rng, 4)
    y = layer(x, guide=guide).numpy()
    coarse = interpolate.linear(x.numpy(), (9, 11), align_corners=True)
    np.testing.assert_allclose(y, (coarse + guide.numpy()) / 2, rtol=0, atol=5e-6)


@BOTH
def test_gradient(rng, check_gradient, layer_class):
    layer = layer_class(3)
    layer.to(dtype="float64")
    x, guide = tensors(rng, 3, "float64")
    # float32 steps of interpolation (see ops.interpolate) limit the precision.
    check_gradient(
        lambda x, g: layer(x, guide=g), x.numpy(), guide.numpy(), tolerance=1e-4
    )


def test_starts_as_pytorch_does():
    layer = GatedDualFlow(64)
    convs = (layer.down_h, 64), (layer.flow_make, 576), (layer.flow_gate[0], 576)
    for conv, fan_in in convs:
        weight, bound = conv.weight.numpy(), fan_in**-0.5
        assert 0.9 * bound < np.abs(weight).max() <= bound
        assert conv.bias is None


@pytest.mark.parametrize("options, text", [
    ({"guide": None}, "called without a guide"),
    ({"size": (8, 11)}, r"size=\(8, 11\) differs from the guide's \(9, 11\)"),
    ({"guide": paddle.ones([2, 3, 9, 11])}, "guide has 3 channels.*guide_channels=4"),
], ids=["guide", "size", "channels"])  # fmt: skip
@BOTH
def test_error_names_the_remedy(rng, layer_class, options, text):
    x, guide = tensors(rng, 4)
    with pytest.raises(UsageError, match=f"{layer_class.name}: .*{text}"):
        layer_class(4)(x, **{"guide": guide, **options})


@pytest.mark.parametrize("options, text", [
    ({"kernel_size": 4}, "kernel_size must be an odd positive integer, not 4"),
    ({"guide_channels": 3}, "guide_channels=3 must equal in_channels=4"),
    ({"mid_channels": 0}, "mid_channels must be a positive integer, not 0"),
], ids=str)  # fmt: skip
def test_error_of_an_option(options, text):
    with pytest.raises(UsageError, match=f"gated_dual_flow: .*{text}"):
        GatedDualFlow(4, **options)
