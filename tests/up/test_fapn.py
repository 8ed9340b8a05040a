import math

import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import FaPN
from tests.reference import convolution, interpolate


def tensors(rng, c, g, dtype="float32"):
    x = rng.normal(size=(2, c, 3, 4)).astype(dtype)
    guide = rng.normal(size=(2, g, 5, 7)).astype(dtype)
    return paddle.to_tensor(x), paddle.to_tensor(guide)


def moving(rng, c, g, groups):
    layer = FaPN(c, guide_channels=g, groups=groups)
    for p in layer.parameters():
        p.set_value(p + 0.3 * rng.normal(size=p.shape).astype("float32"))
    return layer


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sample(plane, row, column):
    """Bilinear, zero outside."""
    value = 0.0
    for v in (math.floor(row), math.floor(row) + 1):
        for u in (math.floor(column), math.floor(column) + 1):
            if 0 <= v < plane.shape[0] and 0 <= u < plane.shape[1]:
                value += (1 - abs(row - v)) * (1 - abs(column - u)) * plane[v, u]
    return value


def deformable(x, places, mask, weight, bias, groups):
    """3x3, one product at a time; places (group, tap, row or column)."""
    n, c, height, width = x.shape
    y = np.zeros((n, len(weight), height, width)) + bias.reshape(1, -1, 1, 1)
    for b, k, tap, i, j in np.ndindex(n, c, 9, height, width):
        g = k // (c // groups)
        down, right = places[b, (g * 9 + tap) * 2 : (g * 9 + tap) * 2 + 2, i, j]
        value = sample(x[b, k], i + tap // 3 - 1 + down, j + tap % 3 - 1 + right)
        value *= mask[b, g * 9 + tap, i, j]
        y[b, :, i, j] += weight[:, k, tap // 3, tap % 3] * value
    return y


@pytest.mark.parametrize("c, g, groups", [(8, None, 8), (8, 5, 4), (256, 256, 8)])
def test_parameters(c, g, groups):
    layer = FaPN(c, guide_channels=g, groups=groups)
    count = sum(p.size for p in layer.parameters())
    g = g or c
    expected = g**2 + g * c + 2 * c**2 + 9 * c**2 + c + (9 * c + 1) * 27 * groups
    assert count == expected
    spec = {"name": "fapn", "groups": groups}
    assert cost(spec, c, (4, 4), guide_channels=g).parameters == count


def test_released_size():
    assert cost("fapn", 256, (4, 4)).parameters == 1_350_104


def test_equals_loops(rng):
    layer = moving(rng, 4, 3, 2)
    x, guide = tensors(rng, 4, 3)
    y = layer(x, guide=guide).numpy()
    x, guide, zero = x.numpy(), guide.numpy(), np.zeros(4)
    select = layer.lateral_conv
    mean = guide.mean((2, 3), keepdims=True)
    gate = sigmoid(convolution.conv(mean, select.conv_atten.weight.numpy(), zero))
    fine = convolution.conv(guide * (1 + gate), select.conv.weight.numpy(), zero)
    h = interpolate.linear(x, (5, 7))
    both = np.concatenate([fine, 2 * h], 1)
    where = convolution.conv(both, layer.offset.weight.numpy(), zero)
    deform = layer.dcpack_L2
    made = deform.conv_offset_mask
    made = convolution.conv(where, made.weight.numpy(), made.bias.numpy(), padding=1)
    places, mask = made[:, :36], sigmoid(made[:, 36:])
    assert np.abs(places).max() > 1
    weights = deform.weight.numpy(), deform.bias.numpy()
    aligned = deformable(h, places, mask, *weights, groups=2)
    expected = np.maximum(aligned, 0) + fine
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-3)


def test_start_moves_nothing_and_halves(rng):
    layer = FaPN(8, guide_channels=3)
    x, guide = tensors(rng, 8, 3)
    y = layer(x, guide=guide).numpy() - layer.lateral_conv(guide).numpy()
    h = interpolate.linear(x.numpy(), (5, 7))
    plain = convolution.conv(h, layer.dcpack_L2.weight.numpy(), np.zeros(8), padding=1)
    np.testing.assert_allclose(y, np.maximum(plain / 2, 0), rtol=0, atol=1e-5)


def test_start_has_the_published_spread():
    layer = FaPN(64, guide_channels=32)
    convs = [
        (layer.lateral_conv.conv_atten, 32),
        (layer.lateral_conv.conv, 32),
        (layer.offset, 128),
    ]
    for conv, channels in convs:
        bound = (3 / channels) ** 0.5
        assert 0.9 * bound < np.abs(conv.weight.numpy()).max() <= bound
    bound = (9 * 64) ** -0.5
    weight = np.abs(layer.dcpack_L2.weight.numpy())
    assert 0.9 * bound < weight.max() <= bound
    assert not layer.dcpack_L2.bias.numpy().any()


def test_gradient(rng, check_gradient):
    layer = moving(rng, 4, 3, 2)
    layer.to(dtype="float64")
    x, guide = tensors(rng, 4, 3, "float64")
    check_gradient(
        lambda x, g: layer(x, guide=g), x.numpy(), guide.numpy(), tolerance=1e-4
    )


@pytest.mark.parametrize("options, text", [
    ({"guide": None}, "called without a guide"),
    ({"size": (8, 11)}, r"size=\(8, 11\) differs from the guide's \(5, 7\)"),
    ({"guide": paddle.ones([2, 4, 5, 7])}, "guide has 4 channels.*guide_channels=3"),
], ids=["guide", "size", "channels"])  # fmt: skip
def test_error_names_the_remedy(rng, options, text):
    x, guide = tensors(rng, 8, 3)
    with pytest.raises(UsageError, match=f"fapn: .*{text}"):
        FaPN(8, guide_channels=3)(x, **{"guide": guide, **options})


@pytest.mark.parametrize("c, groups", [(16, 8), (12, 4), (5, 1)])
def test_default_groups_divide_the_channels(c, groups):
    rows = FaPN(c).dcpack_L2.conv_offset_mask.weight.shape[0]
    assert rows == 27 * groups


def test_error_of_groups():
    with pytest.raises(UsageError, match="fapn: groups=8 must divide in_channels=6"):
        FaPN(6, groups=8)
