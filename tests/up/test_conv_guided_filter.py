import numpy as np
import paddle
import pytest

from paddle_resample import cost
from paddle_resample.up import ConvGuidedFilter
from tests.contract.sites import shake
from tests.reference import interpolate


def box(x, weight, radius):
    y, (height, width) = np.zeros(x.shape), x.shape[2:]
    for i, j, row, column in np.ndindex(height, width, 3, 3):
        r, c = i + (row - 1) * radius, j + (column - 1) * radius
        if 0 <= r < height and 0 <= c < width:
            y[:, :, i, j] += weight[:, 0, row, column] * x[:, :, r, c]
    return y


def pointwise(x, layer):
    y = np.einsum("oc,nchw->nohw", layer.weight.numpy()[:, :, 0, 0], x)
    return y if layer.bias is None else y + layer.bias.numpy()[:, None, None]


def normalised(x, layer):
    weight, bias = (p.numpy()[:, None, None] for p in (layer.weight, layer.bias))
    return x / np.sqrt(1 + 1e-5) * weight + bias


@pytest.mark.parametrize("g, radius", [(3, 1), (3, 2), (2, 1)])
def test_equals_loops(rng, g, radius):
    layer = ConvGuidedFilter(3, guide_channels=g, radius=radius, hidden_channels=4)
    shake(rng, layer)
    layer.eval()
    x = rng.normal(size=(2, 3, 4, 5)).astype("float32")
    guide = rng.normal(size=(2, g, 9, 11)).astype("float32")
    y = layer(paddle.to_tensor(x), guide=paddle.to_tensor(guide)).numpy()
    if g != 3:
        guide = np.maximum(pointwise(guide, layer.guide_map[0]), 0)
        guide = pointwise(guide, layer.guide_map[2])
    weight = layer.box_filter.weight.numpy()
    area = box(np.ones([1, 3, 4, 5]), weight, radius)

    def mean(value):
        return box(value, weight, radius) / area

    small = interpolate.area(guide, (4, 5))
    covariance = mean(small * x) - mean(small) * mean(x)
    variance = mean(small * small) - mean(small) ** 2
    a, steps = np.concatenate([covariance, variance], 1), layer.conv_a
    for i in (0, 3):
        a = np.maximum(normalised(pointwise(a, steps[i]), steps[i + 1]), 0)
    a = pointwise(a, steps[6])
    a, b = (
        interpolate.linear(part, (9, 11), align_corners=True)
        for part in (a, mean(x) - a * mean(small))
    )
    np.testing.assert_allclose(y, a * guide + b, rtol=0, atol=2e-4)


def test_gradient(rng, check_gradient):
    layer = shake(rng, ConvGuidedFilter(2, guide_channels=1, hidden_channels=3))
    layer.eval()
    layer.to(dtype="float64")
    x, guide = rng.normal(size=(1, 2, 3, 4)), rng.normal(size=(1, 1, 6, 8))
    check_gradient(lambda x, guide: layer(x, guide=guide), x, guide)


def test_the_box_is_all_ones_at_first():
    layer = ConvGuidedFilter(3)
    assert (layer.box_filter.weight.numpy() == 1).all()


def test_cost():
    found = cost("conv_guided_filter", 3, (5, 6), guide_channels=3)
    assert found.parameters == 1467
    assert found.macs == 30 * (3 * 3 * 32 + 32 * 32 + 150 + 4 * 30)
