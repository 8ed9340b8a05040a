import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import ConvBlurPool
from tests.reference import blur_pool as loops
from tests.reference import convolution


@pytest.mark.parametrize("relu", [True, False], ids=["relu", "linear"])
@pytest.mark.parametrize("scale, f, k", [(2, 4, 3), (2, 3, 1), (3, 5, 3)])
def test_equals_loops(rng, scale, f, k, relu):
    layer = ConvBlurPool(
        3, 4, scale=scale, filter_size=f, kernel_size=k, relu=relu, padding="adobe"
    )
    x = rng.normal(size=(2, 3, 7, 10)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    weight, bias = layer.conv.weight.numpy(), layer.conv.bias.numpy()
    dense = convolution.conv(x, weight, bias, padding=k // 2)
    dense = np.maximum(dense, 0) if relu else dense
    line = loops.pascal(f)
    expected = loops.strided_filter(dense, line, scale, (f - 1) // 2, f // 2)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("bias", [True, False])
def test_cost_is_that_of_a_dense_convolution(bias):
    spec = {"name": "conv_blur_pool", "bias": bias, "filter_size": 3}
    found = cost(spec, 8, (9, 12), 6)
    assert found.parameters == 9 * 8 * 6 + bias * 6
    assert found.macs == 9 * 8 * 6 * 9 * 12 + 9 * 6 * 5 * 6
    layer = ConvBlurPool(8, 6, bias=bias)
    assert sum(p.size for p in layer.parameters()) == found.parameters


def test_starts_as_pytorch_does():
    layer = ConvBlurPool(64)
    bound = (64 * 9) ** -0.5
    for p in (layer.conv.weight, layer.conv.bias):
        assert 0.8 * bound < np.abs(p.numpy()).max() <= bound


@pytest.mark.parametrize("options, text", [
    ({"kernel_size": 2}, "conv_blur_pool: kernel_size must be an odd positive integer"),
    ({"filter_size": 8}, "blur_pool: filter_size must be 1 to 7, not 8"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=text):
        ConvBlurPool(4, **options)
