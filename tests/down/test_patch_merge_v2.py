import numpy as np
import paddle
import pytest

from paddle_resample import cost
from paddle_resample.down import PatchMergeV2
from tests.reference import convolution, patch


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("size", [(6, 12), (7, 11)], ids=str)
def test_equals_loops(rng, size, scale):
    layer = PatchMergeV2(3, 6, scale=scale)
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape).astype("float32"))
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    added = [(0, -n % scale) for n in size]
    x = np.pad(x, [(0, 0), (0, 0), *added])
    z = patch.merge_cells(np.moveaxis(x, 1, -1), scale) @ layer.reduction.weight.numpy()
    weight, bias = layer.norm.weight.numpy(), layer.norm.bias.numpy()
    expected = np.moveaxis(convolution.layer_norm(z, weight, bias), -1, 1)
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-5)


@pytest.mark.parametrize("size", [(6, 8), (7, 9)], ids=str)
def test_token_call_is_the_map_call(rng, size):
    layer = PatchMergeV2(4, 8)
    x = paddle.to_tensor(rng.normal(size=(2, 4, *size)).astype("float32"))
    tokens = layer(x.flatten(2).transpose([0, 2, 1]), *size)
    expected = layer(x).flatten(2).transpose([0, 2, 1])
    assert list(tokens.shape) == list(expected.shape)
    np.testing.assert_allclose(tokens.numpy(), expected.numpy(), atol=1e-6)


@pytest.mark.parametrize("c", [8, 96])
def test_cost_is_the_published_form(c):
    found = cost("patch_merge_v2", c, (9, 12), 2 * c)
    assert found.parameters == 8 * c * c + 4 * c
    assert found.macs == 8 * c * c * 5 * 6
    layer = PatchMergeV2(c, 2 * c)
    assert sum(p.size for p in layer.parameters()) == found.parameters
