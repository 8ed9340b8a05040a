import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost, load_official
from paddle_resample.down import HWD
from tests.reference import haar as loops


@pytest.mark.parametrize("border, mode", [("replicate", "edge"), ("zeros", "constant")])
@pytest.mark.parametrize("size", [(6, 8), (7, 9)], ids=str)
def test_equals_loops_with_official_weights(rng, size, border, mode):
    layer = HWD(3, 5, border=border)
    state = {
        "conv_bn_relu.0.weight": rng.normal(size=(5, 12, 1, 1)),
        "conv_bn_relu.0.bias": rng.normal(size=5),
        "conv_bn_relu.1.weight": rng.normal(size=5),
        "conv_bn_relu.1.bias": rng.normal(size=5),
        "conv_bn_relu.1.running_mean": rng.normal(size=5),
        "conv_bn_relu.1.running_var": rng.uniform(0.5, 2, size=5),
        "conv_bn_relu.1.num_batches_tracked": np.array(3),
    }
    load_official(layer, state)
    layer.eval()
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    conv, bias, scale, shift, mean, variance, _ = state.values()
    bands = loops.haar(x, mode).reshape(2, 12, *y.shape[2:])
    z = np.einsum("dc,nchw->nhwd", conv[:, :, 0, 0], bands) + bias
    z = (z - mean) / np.sqrt(variance + 1e-5) * scale + shift
    expected = np.maximum(np.moveaxis(z, -1, 1), 0)
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-5)


def test_cost_is_that_of_the_official_module():
    found = cost("hwd", 64, (9, 12), 128)
    assert found.parameters == 33_152
    assert found.macs == (4 * 64 * 128 + 16 * 64) * 5 * 6


def test_starts_as_pytorch_does():
    conv = HWD(64).conv_bn_relu[0]
    for p in (conv.weight, conv.bias):
        assert 0.8 / 16 < np.abs(p.numpy()).max() <= 1 / 16


def test_error_names_the_remedy():
    with pytest.raises(UsageError, match="hwd: border must be 'zeros' or 'replicate'"):
        HWD(4, border="reflect")
