import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.down import OverlapPatchEmbed
from tests.reference import convolution


@pytest.mark.parametrize("c, d, s, k", [
    (3, 32, 4, None), (32, 64, 2, None), (8, 8, 2, 5),
], ids=str)  # fmt: skip
def test_parameters(c, d, s, k):
    layer = OverlapPatchEmbed(c, d, scale=s, kernel_size=k)
    k = k or {4: 7, 2: 3}[s]
    assert sum(p.size for p in layer.parameters()) == k * k * c * d + 3 * d


@pytest.mark.parametrize("scale, k", [(1, 1), (2, 3), (3, 5), (4, 7)], ids=str)
@pytest.mark.parametrize("size", [(8, 12), (9, 11)], ids=str)
def test_equals_loops(rng, size, scale, k):
    layer = OverlapPatchEmbed(3, 8, scale=scale)
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape).astype("float32"))
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    weight, bias = layer.proj.weight.numpy(), layer.proj.bias.numpy()
    assert weight.shape[-1] == k
    expected = convolution.conv(x, weight, bias, scale, k // 2)
    weight, bias = layer.norm.weight.numpy(), layer.norm.bias.numpy()
    expected = convolution.layer_norm(np.moveaxis(expected, 1, -1), weight, bias)
    y = layer(paddle.to_tensor(x)).numpy()
    assert y.shape[2:] == tuple(-(-n // scale) for n in size)
    np.testing.assert_allclose(y, np.moveaxis(expected, -1, 1), rtol=0, atol=5e-5)


def test_error_names_the_remedy():
    text = "overlap_patch_embed: kernel_size must be an odd positive integer, not 4"
    with pytest.raises(UsageError, match=text):
        OverlapPatchEmbed(3, kernel_size=4)
