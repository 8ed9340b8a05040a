import numpy as np
import paddle
import pytest

from paddle_resample.up import FinalPatchExpand, PatchExpand


@pytest.mark.parametrize("c, d, s", [(8, None, 4), (6, None, 2), (8, 3, 4)], ids=str)
def test_parameters(c, d, s):
    layer = FinalPatchExpand(c, d, scale=s)
    d = c if d is None else d
    assert sum(p.size for p in layer.parameters()) == s * s * c * d + 2 * d


def test_default_is_patch_expand_of_scale_four(rng):
    layer, plain = FinalPatchExpand(8), PatchExpand(8, scale=4)
    plain.set_state_dict(layer.state_dict())
    x = paddle.to_tensor(rng.normal(size=(2, 8, 3, 5)).astype("float32"))
    y = layer(x)
    assert list(y.shape) == [2, 8, 12, 20]
    np.testing.assert_array_equal(y.numpy(), plain(x).numpy())


def test_token_call_is_the_map_call(rng):
    layer = FinalPatchExpand(8)
    x = paddle.to_tensor(rng.normal(size=(2, 8, 3, 5)).astype("float32"))
    tokens = layer(x.flatten(2).transpose([0, 2, 1]), 3, 5)
    assert list(tokens.shape) == [2, 16 * 15, 8]
    expected = layer(x).flatten(2).transpose([0, 2, 1])
    np.testing.assert_allclose(tokens.numpy(), expected.numpy(), atol=1e-6)
