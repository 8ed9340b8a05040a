import numpy as np
import paddle
import pytest

from paddle_resample.up import ConvTranspose, PatchExpand, PixelShuffle
from tests.reference import convolution, patch


def by_loops(layer, x):
    """x [N, C, H, W] through the linear layer, the cells and the LayerNorm."""
    y = np.moveaxis(x, 1, -1) @ layer.expand.weight.numpy()
    if layer.expand.bias is not None:
        y = y + layer.expand.bias.numpy()
    y = patch.expand_cells(y, layer.scale)
    if hasattr(layer.norm, "weight"):
        weight, bias = layer.norm.weight.numpy(), layer.norm.bias.numpy()
        y = convolution.layer_norm(y, weight, bias)
    return np.moveaxis(y, -1, 1)


@pytest.mark.parametrize("c, d, s, norm, bias", [
    (8, 4, 2, True, False),
    (8, 8, 3, False, True),
    (6, 3, 4, False, False),
])  # fmt: skip
def test_parameters(c, d, s, norm, bias):
    layer = PatchExpand(c, d, scale=s, norm=norm, bias=bias)
    count = sum(p.size for p in layer.parameters())
    assert count == s * s * c * d + norm * 2 * d + bias * s * s * d


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("norm, bias", [(True, False), (False, True)], ids=str)
def test_equals_loops(rng, norm, bias, scale):
    layer = PatchExpand(8, 4, scale=scale, norm=norm, bias=bias)
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape).astype("float32"))
    x = rng.normal(size=(2, 8, 3, 5)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, by_loops(layer, x), rtol=0, atol=2e-5)


def test_token_call_is_the_map_call(rng):
    layer = PatchExpand(8, 4)
    x = paddle.to_tensor(rng.normal(size=(2, 8, 3, 5)).astype("float32"))
    tokens = layer(x.flatten(2).transpose([0, 2, 1]), 3, 5)
    assert list(tokens.shape) == [2, 4 * 15, 4]
    expected = layer(x).flatten(2).transpose([0, 2, 1])
    np.testing.assert_allclose(tokens.numpy(), expected.numpy(), atol=1e-6)


@pytest.mark.parametrize("scale", [2, 3])
def test_is_a_transposed_convolution_and_a_pixel_shuffle(rng, scale):
    """Without norm all three are the same function of permuted weights."""
    c, d, s = 6, 3, scale
    expand = PatchExpand(c, d, scale=s, norm=False)
    transpose = ConvTranspose(c, d, scale=s, bias=False)
    shuffle = PixelShuffle(c, d, scale=s, kernel_size=1)
    weight = expand.expand.weight.numpy().reshape(c, s, s, d)
    transpose.conv.weight.set_value(weight.transpose(0, 3, 1, 2))
    columns = weight.transpose(3, 1, 2, 0).reshape(d * s * s, c, 1, 1)
    shuffle.conv.weight.set_value(columns)
    x = paddle.to_tensor(rng.normal(size=(2, c, 4, 5)).astype("float32"))
    y = expand(x).numpy()
    np.testing.assert_allclose(transpose(x).numpy(), y, rtol=0, atol=2e-6)
    np.testing.assert_allclose(shuffle(x).numpy(), y, rtol=0, atol=2e-6)


class Tokens(paddle.nn.Layer):
    """The token call between two maps, as a transformer makes it."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        height, width = paddle.shape(x)[2], paddle.shape(x)[3]
        return self.layer(x.flatten(2).transpose([0, 2, 1]), height, width)


def test_token_call_traces_with_unknown_sizes(rng):
    layer = PatchExpand(8, 4)
    spec = paddle.static.InputSpec([None, 8, None, None], "float32", "x")
    traced = paddle.jit.to_static(Tokens(layer), input_spec=[spec], full_graph=True)
    for size in ((6, 8), (7, 9)):
        x = paddle.to_tensor(rng.normal(size=(2, 8, *size)).astype("float32"))
        expected = layer(x.flatten(2).transpose([0, 2, 1]), *size).numpy()
        np.testing.assert_allclose(traced(x).numpy(), expected, rtol=0, atol=1e-6)
