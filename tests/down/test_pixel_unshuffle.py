import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.down import PixelUnshuffle
from tests.reference import convolution, shuffle


@pytest.mark.parametrize("c, d, s, k", [(8, 8, 2, 1), (3, 5, 3, 3)], ids=str)
def test_parameters(c, d, s, k):
    layer = PixelUnshuffle(c, d, scale=s, kernel_size=k)
    assert sum(p.size for p in layer.parameters()) == k * k * s * s * c * d + d


@pytest.mark.parametrize("scale, k", [(1, 1), (2, 1), (2, 3), (3, 1)], ids=str)
@pytest.mark.parametrize("size", [(6, 12), (7, 11)], ids=str)
def test_equals_loops(rng, size, scale, k):
    layer = PixelUnshuffle(3, 4, scale=scale, kernel_size=k)
    layer.conv.bias.set_value(rng.normal(size=4).astype("float32"))
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    below, right = (-n % scale for n in size)
    whole = np.pad(x, [(0, 0), (0, 0), (0, below), (0, right)], "edge")
    cells = shuffle.pixel_unshuffle(whole, scale)
    weight, bias = layer.conv.weight.numpy(), layer.conv.bias.numpy()
    expected = convolution.conv(cells, weight, bias, padding=k // 2)
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("scale, k", [(2, 1), (2, 3), (3, 1)], ids=str)
def test_equals_loops_in_a_volume(rng, scale, k):
    options = {"scale": scale, "kernel_size": k, "data_format": "NCDHW"}
    layer = PixelUnshuffle(2, 3, **options)
    assert sum(p.size for p in layer.parameters()) == k**3 * scale**3 * 6 + 3
    x = rng.normal(size=(2, 2, 3, 6, 4)).astype("float32")
    ends = [(0, -n % scale) for n in x.shape[2:]]
    cells = shuffle.pixel_unshuffle(np.pad(x, [(0, 0), (0, 0), *ends], "edge"), scale)
    weight, bias = layer.conv.weight.numpy(), layer.conv.bias.numpy()
    expected = convolution.conv(cells, weight, bias, padding=k // 2)
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


def test_error_names_the_remedy():
    text = "pixel_unshuffle: kernel_size must be an odd positive integer, not 2"
    with pytest.raises(UsageError, match=text):
        PixelUnshuffle(3, kernel_size=2)
