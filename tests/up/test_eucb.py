import numpy as np
import paddle
import paddle.nn.functional as F
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import EUCB
from tests.contract.sites import shake
from tests.reference import interpolate


def depthwise(x, weight):
    """One tap after another, zeros outside."""
    k = weight.shape[-1]
    wide = np.pad(x, [(0, 0), (0, 0), (k // 2, k // 2), (k // 2, k // 2)])
    y = np.zeros(x.shape)
    for row, column in np.ndindex(k, k):
        part = wide[:, :, row : row + x.shape[2], column : column + x.shape[3]]
        y += weight[:, 0, row, column].reshape([1, -1, 1, 1]) * part
    return y


@pytest.mark.parametrize("options, size", [
    ({}, None),
    ({"kernel_size": 5, "activation": "relu6"}, None),
    ({"kernel_size": 1, "activation": "gelu", "scale": 3}, None),
    ({"activation": "leaky_relu"}, (7, 9)),
    ({"activation": "prelu"}, None),
    ({"activation": "hardswish"}, None),
], ids=str)  # fmt: skip
def test_equals_loops(rng, options, size):
    layer = EUCB(3, 2, **options)
    shake(rng, layer)
    layer.eval()
    x = rng.normal(size=(2, 3, 4, 5)).astype("float32")
    y = layer(paddle.to_tensor(x), size=size).numpy()
    scale = options.get("scale", 2)
    fine = interpolate.nearest(x, size or (4 * scale, 5 * scale))
    fine = depthwise(fine, layer.up_dwc[1].weight.numpy())
    norm = layer.up_dwc[2]
    weight, bias = (p.numpy().reshape([1, -1, 1, 1]) for p in (norm.weight, norm.bias))
    fine = fine / np.sqrt(1 + 1e-5) * weight + bias
    name = options.get("activation", "relu")
    if name == "leaky_relu":
        fine = np.where(fine > 0, fine, 0.2 * fine)
    elif name == "prelu":
        fine = np.where(fine > 0, fine, layer.up_dwc[3]._weight.item() * fine)
    else:
        fine = getattr(F, name)(paddle.to_tensor(fine)).numpy()
    last = layer.pwc[0]
    expected = np.einsum("oc,nchw->nohw", last.weight.numpy()[:, :, 0, 0], fine)
    expected = expected + last.bias.numpy()[:, None, None]
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-5)


def test_gradient(rng, check_gradient):
    layer = EUCB(2, 3, activation="gelu")
    shake(rng, layer)
    layer.eval()
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 2, 3, 4)))


@pytest.mark.parametrize("activation, more", [("relu", 0), ("prelu", 1)])
def test_cost(activation, more):
    found = cost({"name": "eucb", "activation": activation}, 512, (5, 6), 320)
    assert found.parameters == 169_792 + more
    assert found.macs == 4 * 30 * (9 * 512 + 512 * 320)
    layer = EUCB(512, 320, activation=activation)
    counted = sum(p.size for p in layer.parameters() if not p.stop_gradient)
    assert counted == found.parameters


def test_errors_name_the_remedy():
    with pytest.raises(UsageError, match="unknown activation 'relu7'; did you mean 'r"):
        EUCB(4, activation="relu7")
    with pytest.raises(UsageError, match="eucb: kernel_size must be an odd positive"):
        EUCB(4, kernel_size=2)
