import numpy as np
import paddle
import pytest

from paddle_resample.down import PatchMerge
from tests.reference import convolution, patch


def by_loops(layer, x):
    """x [N, C, H, W] through padding, cells, LayerNorm and the linear layer."""
    s = layer.scale
    below, right = (-n % s for n in x.shape[2:])
    x = np.pad(x, [(0, 0), (0, 0), (0, below), (0, right)])
    y = patch.merge_cells(np.moveaxis(x, 1, -1), s)
    if hasattr(layer.norm, "weight"):
        weight, bias = layer.norm.weight.numpy(), layer.norm.bias.numpy()
        y = convolution.layer_norm(y, weight, bias)
    y = y @ layer.reduction.weight.numpy()
    if layer.reduction.bias is not None:
        y = y + layer.reduction.bias.numpy()
    return np.moveaxis(y, -1, 1)


@pytest.mark.parametrize("c, d, s, norm, bias", [
    (96, 192, 2, True, False),
    (8, 8, 3, False, True),
    (8, 5, 4, False, False),
], ids=str)  # fmt: skip
def test_parameters(c, d, s, norm, bias):
    layer = PatchMerge(c, d, scale=s, norm=norm, bias=bias)
    count = sum(p.size for p in layer.parameters())
    assert count == norm * 2 * s * s * c + s * s * c * d + bias * d


@pytest.mark.parametrize("norm, bias", [(True, False), (False, True)], ids=str)
@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("size", [(6, 12), (7, 11)], ids=str)
def test_equals_loops(rng, size, scale, norm, bias):
    layer = PatchMerge(3, 6, scale=scale, norm=norm, bias=bias)
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape).astype("float32"))
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, by_loops(layer, x), rtol=0, atol=5e-5)


@pytest.mark.parametrize("size", [(6, 8), (7, 9)], ids=str)
def test_token_call_is_the_map_call(rng, size):
    layer = PatchMerge(4, 8)
    x = paddle.to_tensor(rng.normal(size=(2, 4, *size)).astype("float32"))
    tokens = layer(x.flatten(2).transpose([0, 2, 1]), *size)
    expected = layer(x).flatten(2).transpose([0, 2, 1])
    assert list(tokens.shape) == list(expected.shape)
    np.testing.assert_allclose(tokens.numpy(), expected.numpy(), atol=1e-6)


class Tokens(paddle.nn.Layer):
    """The token call between two maps, as a transformer makes it."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        height, width = paddle.shape(x)[2], paddle.shape(x)[3]
        return self.layer(x.flatten(2).transpose([0, 2, 1]), height, width)


def test_token_call_traces_with_unknown_sizes(rng):
    layer = PatchMerge(4, 8)
    spec = paddle.static.InputSpec([None, 4, None, None], "float32", "x")
    traced = paddle.jit.to_static(Tokens(layer), input_spec=[spec], full_graph=True)
    for size in ((6, 8), (7, 9)):
        x = paddle.to_tensor(rng.normal(size=(2, 4, *size)).astype("float32"))
        expected = layer(x.flatten(2).transpose([0, 2, 1]), *size).numpy()
        np.testing.assert_allclose(traced(x).numpy(), expected, rtol=0, atol=1e-6)
