import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import ConvNeXtDown
from tests.contract.sites import shake
from tests.reference import convolution


@pytest.mark.parametrize("scale, norm, before", [
    (2, None, True),
    (2, "after", False),
    (4, None, False),
    (3, "before", True),
    (1, None, False),
], ids=str)  # fmt: skip
def test_equals_loops(rng, scale, norm, before):
    layer = shake(rng, ConvNeXtDown(3, 5, scale=scale, norm=norm))
    x = rng.normal(size=(2, 3, 9, 14)).astype("float32")
    weight, bias, scales, shifts = (
        p.numpy()
        for p in (
            layer.conv.weight,
            layer.conv.bias,
            layer.norm.weight,
            layer.norm.bias,
        )
    )

    def normed(x):
        y = convolution.layer_norm(np.moveaxis(x, 1, -1), scales, shifts, 1e-6)
        return np.moveaxis(y, -1, 1)

    if before:
        expected = convolution.conv(normed(x), weight, bias, scale)
    else:
        expected = normed(convolution.conv(x, weight, bias, scale))
    y = layer(paddle.to_tensor(x)).numpy()
    assert y.shape[2:] == (9 // scale, 14 // scale)
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-5)


@pytest.mark.parametrize("norm", ["before", "after"])
def test_gradient(rng, check_gradient, norm):
    layer = shake(rng, ConvNeXtDown(3, 2, norm=norm))
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 3, 4, 5)))


@pytest.mark.parametrize("spec, channels, parameters, pixels", [
    ("convnext_down", (96, 192), 74_112, 4 * 6),
    ({"name": "convnext_down", "scale": 4}, (3, 96), 4_896, 2 * 3),
    ({"name": "convnext_down", "norm": "after"}, (4, 6), 4 * 24 + 18, 4 * 6),
], ids=str)  # fmt: skip
def test_cost(spec, channels, parameters, pixels):
    found = cost(spec, channels[0], (9, 12), channels[1])
    scale = 4 if "4" in str(spec) else 2
    assert found.parameters == parameters
    assert found.macs == scale**2 * channels[0] * channels[1] * pixels


def test_error_names_the_remedy():
    with pytest.raises(UsageError, match="unknown norm 'befor'; did you mean 'before'"):
        ConvNeXtDown(4, norm="befor")
