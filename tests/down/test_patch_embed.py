import numpy as np
import paddle
import pytest

from paddle_resample.down import PatchEmbed, PatchMerge, PixelUnshuffle
from tests.reference import convolution


@pytest.mark.parametrize("c, d, p, norm", [(3, 64, 4, True), (8, 6, 2, False)], ids=str)
def test_parameters(c, d, p, norm):
    layer = PatchEmbed(c, d, scale=p, norm=norm)
    count = sum(w.size for w in layer.parameters())
    assert count == p * p * c * d + d + norm * 2 * d


@pytest.mark.parametrize("norm", [True, False], ids=["norm", "plain"])
@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("size", [(8, 12), (9, 11)], ids=str)
def test_equals_loops(rng, size, scale, norm):
    layer = PatchEmbed(3, 8, scale=scale, norm=norm)
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape).astype("float32"))
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    weight, bias = layer.proj.weight.numpy(), layer.proj.bias.numpy()
    expected = convolution.conv(x, weight, bias, stride=scale)
    if norm:
        weight, bias = layer.norm.weight.numpy(), layer.norm.bias.numpy()
        expected = convolution.layer_norm(np.moveaxis(expected, 1, -1), weight, bias)
        expected = np.moveaxis(expected, -1, 1)
    y = layer(paddle.to_tensor(x)).numpy()
    assert y.shape[2:] == tuple(n // scale for n in size)
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-5)


@pytest.mark.parametrize("scale", [2, 3])
def test_is_an_unshuffle_and_a_merge(rng, scale):
    """Without norm all three are the same function of permuted weights."""
    c, d, s = 3, 5, scale
    embed = PatchEmbed(c, d, scale=s, norm=False)
    unshuffle = PixelUnshuffle(c, d, scale=s)
    merge = PatchMerge(c, d, scale=s, norm=False, bias=True)
    weight = rng.normal(size=(d, c, s, s)).astype("float32")
    embed.proj.weight.set_value(weight)
    unshuffle.conv.weight.set_value(weight.reshape(d, c * s * s, 1, 1))
    # The merge counts a cell's pixels down the columns, channels last.
    merge.reduction.weight.set_value(weight.transpose(3, 2, 1, 0).reshape(-1, d))
    bias = rng.normal(size=d).astype("float32")
    for layer in (embed.proj, unshuffle.conv, merge.reduction):
        layer.bias.set_value(bias)
    x = paddle.to_tensor(rng.normal(size=(2, c, 4 * s, 5 * s)).astype("float32"))
    y = embed(x).numpy()
    np.testing.assert_allclose(unshuffle(x).numpy(), y, rtol=0, atol=1e-5)
    np.testing.assert_allclose(merge(x).numpy(), y, rtol=0, atol=1e-5)
