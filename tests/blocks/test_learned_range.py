import numpy as np
import paddle
import pytest

from paddle_resample.blocks.learned_range import LearnedRange, count_learned_range
from tests.reference import pixel_filter as loops


@pytest.mark.parametrize("radius, fine", [(1, (4, 6)), (2, (5, 9)), (3, (7, 7))])
def test_equals_loops(rng, radius, fine):
    layer = LearnedRange(3, 4, radius)
    layer.range_temp.set_value(np.full([], 0.5, "float32"))
    layer.sigma_spatial.set_value(np.full([], 0.7, "float32"))
    x = rng.normal(size=(2, 2, 3, 4)).astype("float32")
    guide = rng.normal(size=(2, 3, *fine)).astype("float32")
    y = layer(paddle.to_tensor(x), paddle.to_tensor(guide)).numpy()
    weights = {n: p.numpy() for n, p in layer.named_parameters()}
    expected = loops.learned_range(x, guide, weights, radius)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


def test_gradient(rng, check_gradient):
    layer = LearnedRange(2, 3, 1)
    layer.to(dtype="float64")
    x, guide = rng.normal(size=(1, 2, 2, 3)), rng.normal(size=(1, 2, 4, 5))
    check_gradient(layer, x, guide)


def test_constant_stays_constant_only_without_the_fixup(rng):
    """Released behaviour: 0.93 to 0.96 of the constant where the fix-up is on."""
    layer = LearnedRange(3)
    x = paddle.ones([1, 2, 8, 8])
    guide = paddle.to_tensor(rng.uniform(size=(1, 3, 16, 16)).astype("float32"))
    assert np.abs(layer(x, guide).numpy() - 1).max() > 1e-3
    for p in layer.fixup_proj[3].parameters():
        p.set_value(p * 0)
    np.testing.assert_allclose(layer(x, guide).numpy(), 1, rtol=1e-5)


@pytest.mark.parametrize("g, key, radius", [(3, 32, 3), (8, 5, 1)], ids=str)
def test_parameters(g, key, radius):
    layer = LearnedRange(g, key, radius)
    count = sum(int(np.prod(p.shape)) for p in layer.parameters())
    assert count == count_learned_range(g, 7, key, radius)[0]


def test_starts_as_released():
    layer = LearnedRange(3)
    assert layer.range_temp.item() == 0 and layer.sigma_spatial.item() == 1
    for conv, fan_in in ((layer.range_proj[3], 32), (layer.fixup_proj[0], 52)):
        weight, bound = conv.weight.numpy(), fan_in**-0.5
        assert 0.9 * bound < np.abs(weight).max() <= bound
        assert weight.std() == pytest.approx(bound / 3**0.5, rel=0.1)
