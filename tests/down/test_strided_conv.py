import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.down import StridedConv
from tests.reference import convolution


@pytest.mark.parametrize("c, d, s, k, bias", [
    (8, 8, 2, None, True),
    (8, 4, 4, None, False),
    (3, 6, 2, 5, True),
    (3, 6, 3, 1, False),
], ids=str)  # fmt: skip
def test_parameters(c, d, s, k, bias):
    layer = StridedConv(c, d, scale=s, kernel_size=k, bias=bias)
    k = k or {2: 3, 4: 5}[s]
    assert sum(p.size for p in layer.parameters()) == k * k * c * d + bias * d


@pytest.mark.parametrize("scale, k", [(1, 3), (2, 3), (2, 5), (3, 3), (4, 5)], ids=str)
@pytest.mark.parametrize("size", [(8, 12), (9, 11)], ids=str)
def test_equals_loops(rng, size, scale, k):
    layer = StridedConv(3, 4, scale=scale, kernel_size=k)
    layer.conv.bias.set_value(rng.normal(size=4).astype("float32"))
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    weight, bias = layer.conv.weight.numpy(), layer.conv.bias.numpy()
    expected = convolution.conv(x, weight, bias, scale, k // 2)
    y = layer(paddle.to_tensor(x)).numpy()
    assert y.shape[2:] == tuple(-(-n // scale) for n in size)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("scale, k", [(1, 3), (2, 3), (3, 3), (4, 5), (5, 5), (6, 7)])
def test_default_kernel(scale, k):
    assert StridedConv(1, scale=scale).conv.weight.shape[-2:] == [k, k]


def test_error_names_the_remedy():
    with pytest.raises(
        UsageError,
        match="strided_conv: kernel_size must be an odd positive integer, not 2",
    ):
        StridedConv(3, kernel_size=2)
