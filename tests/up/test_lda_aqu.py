import math

import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import LDAAQU
from tests.reference import convolution, interpolate, warp


def moving(rng, c, **options):
    layer = LDAAQU(c, **options)
    for p in layer.parameters():
        p.set_value(p + 0.3 * rng.normal(size=p.shape).astype("float32"))
    return layer


def norm(x, layer):
    moved = np.moveaxis(x, 1, -1)
    weights = layer.norm.weight.numpy(), layer.norm.bias.numpy()
    return np.moveaxis(convolution.layer_norm(moved, *weights), -1, 1)


def gelu(x):
    return 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def by_loops(layer, x, size, heads, groups, padding):
    """One fine pixel at a time."""
    n, c = x.shape[:2]
    normal = norm(x, layer.layer_norm)
    q, keys = (
        convolution.conv(normal, m.weight.numpy(), np.zeros(c))
        for m in (layer.proj_q, layer.proj_k)
    )
    q = interpolate.linear(q, size, align_corners=True)
    depth = q.shape[1]
    part, k = depth // groups, layer.kernel_size
    first, channel_norm, _, last = layer.conv_offset
    offsets = []
    for g in range(groups):
        own = q[:, g * part : (g + 1) * part]
        each = [
            convolution.conv(own[:, [i]], first.weight.numpy()[[i]], [0], padding=1)
            for i in range(part)
        ]
        f = gelu(norm(np.concatenate(each, 1), channel_norm))
        f = convolution.conv(f, last.weight.numpy(), last.bias.numpy(), padding=1)
        offsets.append(11 * np.tanh(f))
    bias = layer.relative_position_bias_table.numpy()[0, :, 0]
    y = np.zeros((n, c, *size))
    for b, i, j in np.ndindex(n, *size):
        near = np.zeros((k * k, depth))
        values = np.zeros((k * k, c))
        for tap in range(k * k):
            for g in range(groups):
                down, right = offsets[g][b, 2 * tap : 2 * tap + 2, i, j]
                row = i + tap // k - k // 2 + down
                column = j + tap % k - k // 2 + right
                place = 2 * column / (size[1] - 1) - 1, 2 * row / (size[0] - 1) - 1
                grid = np.array(place).reshape(1, 1, 1, 2)
                for source, target in ((keys, near), (x, values)):
                    step = target.shape[1] // groups
                    own = slice(g * step, (g + 1) * step)
                    got = warp.grid_sample(
                        source[b : b + 1, own], grid, "bilinear", padding, True
                    )
                    target[tap, own] = got.ravel()
        for h in range(heads):
            wide = depth // heads
            own = slice(h * wide, (h + 1) * wide)
            scores = (near[:, own] + bias[h]) @ q[b, own, i, j] / math.sqrt(wide)
            weights = np.exp(scores - scores.max())
            step = c // heads
            own = slice(h * step, (h + 1) * step)
            y[b, own, i, j] = weights / weights.sum() @ values[:, own]
    return y


def test_released_size():
    layer = LDAAQU(256)
    assert sum(p.size for p in layer.parameters()) == 39_410
    assert cost("lda_aqu", 256, (4, 4)).parameters == 39_410


@pytest.mark.parametrize("options", [
    {},
    {"heads": 2, "groups": 1},
    {"reduction": 2, "kernel_size": 5, "offset_kernel": 1},
], ids=str)  # fmt: skip
def test_cost(options):
    layer = LDAAQU(12, **options)
    count = sum(p.size for p in layer.parameters())
    found = cost({"name": "lda_aqu", **options}, 12, (3, 5))
    assert found.parameters == count
    k2 = options.get("kernel_size", 3) ** 2
    o2 = options.get("offset_kernel", 3) ** 2
    d = layer.proj_q.weight.shape[0]
    fine = 4 * d + 9 * d + 2 * o2 * k2 * d + 5 * k2 * (12 + d)
    assert found.macs == 15 * (2 * 12 * d + 4 * fine)


@pytest.mark.parametrize("padding", ["zeros", "border"])
@pytest.mark.parametrize("heads, groups", [(1, 2), (2, 1)])
def test_equals_loops(rng, heads, groups, padding):
    options = {"heads": heads, "groups": groups, "padding": padding}
    layer = moving(rng, 8, reduction=2, **options)
    x = rng.normal(size=(2, 8, 3, 4)).astype("float32")
    for size in (None, (5, 9)):
        y = layer(paddle.to_tensor(x), size=size).numpy()
        expected = by_loops(layer, x, size or (6, 8), heads, groups, padding)
        np.testing.assert_allclose(y, expected, rtol=0, atol=1e-4)


def test_start():
    layer = LDAAQU(64)
    assert not layer.conv_offset[3].weight.numpy().any()
    assert not layer.conv_offset[3].bias.numpy().any()
    bound = (6 / (64 + 16)) ** 0.5
    weight = np.abs(layer.proj_q.weight.numpy())
    assert 0.9 * bound < weight.max() <= bound
    bias = layer.relative_position_bias_table.numpy()
    assert bias.std() == pytest.approx(0.02, rel=0.3)


def test_zeros_outside_darken_the_border_of_a_constant():
    """Places outside keep their share of the softmax, as published."""
    layer = LDAAQU(8)
    x = paddle.ones([1, 8, 5, 7])
    y = layer(x).numpy()[0, 0]
    np.testing.assert_allclose(y[2:-2, 2:-2], 1, rtol=1e-5)
    lost = [(n - 1) / (2 * n - 1) / 3 for n in (5, 7)]
    corner = (1 - lost[0]) * (1 - lost[1])
    assert 0.71 < corner < 0.73
    for i, j in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        assert y[i, j] == pytest.approx(corner, rel=1e-4)
    y = LDAAQU(8, padding="border")(x).numpy()
    np.testing.assert_allclose(y, 1, rtol=1e-5)


def test_gradient(rng, check_gradient):
    layer = moving(rng, 4, reduction=1)
    layer.to(dtype="float64")
    # float32 steps of interpolation (see ops.interpolate) limit the precision.
    check_gradient(layer, rng.normal(size=(1, 4, 3, 4)), tolerance=1e-4)


@pytest.mark.parametrize("options, text", [
    ({"groups": 3}, "groups=3 and heads=1 must divide in_channels=8"),
    ({"heads": 3}, "groups=2 and heads=3 must divide in_channels=8"),
    ({"kernel_size": 4}, "kernel_size must be an odd positive integer, not 4"),
    ({"padding": "zero"}, "unknown padding 'zero'; did you mean 'zeros'"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"lda_aqu: .*{text}"):
        LDAAQU(8, **options)
