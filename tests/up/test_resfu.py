import math

import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import ReSFU
from tests.reference import interpolate
from tests.reference.dysample import bilinear

SMALL = {"embedding": 4, "mid_channels": 8, "groups": 2, "norm_groups": 2}


def tensors(rng, c, g, scale=2, dtype="float32"):
    x = rng.normal(size=(2, c, 3, 4)).astype(dtype)
    guide = rng.normal(size=(2, g, 3 * scale, 4 * scale)).astype(dtype)
    return paddle.to_tensor(x), paddle.to_tensor(guide)


def moving(rng, c, g, **options):
    layer = ReSFU(c, guide_channels=g, **SMALL, **options)
    for p in layer.parameters():
        p.set_value(p + 0.3 * rng.normal(size=p.shape).astype("float32"))
    return layer


def clipped(i, n):
    return min(max(i, 0), n - 1)


def conv(x, weight, bias, groups=1, dilation=1):
    """x [C, H, W], borders replicated, one product at a time."""
    height, width = x.shape[1:]
    out, per, k, _ = weight.shape
    y = np.zeros((out, height, width)) + np.reshape(bias, (-1, 1, 1))
    for o, c, a, b, i, j in np.ndindex(out, per, k, k, height, width):
        u = clipped(i + (a - k // 2) * dilation, height)
        v = clipped(j + (b - k // 2) * dilation, width)
        source = o // (out // groups) * per + c
        y[o, i, j] += weight[o, c, a, b] * x[source, u, v]
    return y


def module(x, layer, groups=1):
    return conv(x, layer.weight.numpy(), layer.bias.numpy(), groups)


def group_norm(x, layer):
    parts = x.reshape(layer._num_groups, -1)
    parts = parts - parts.mean(1, keepdims=True)
    parts = parts / np.sqrt((parts**2).mean(1, keepdims=True) + 1e-5)
    weight, bias = (p.numpy().reshape(-1, 1, 1) for p in (layer.weight, layer.bias))
    return parts.reshape(x.shape) * weight + bias


def box(x, r):
    """Mean of the window's pixels inside."""
    y = np.empty(x.shape)
    for i, j in np.ndindex(*x.shape[1:]):
        rows = slice(max(i - r, 0), i + r + 1)
        columns = slice(max(j - r, 0), j + r + 1)
        y[:, i, j] = x[:, rows, columns].mean((1, 2))
    return y


def guided_filter(q, k, radius, epsilon):
    q2, k2, r = q[:, ::2, ::2], k[:, ::2, ::2], radius // 2
    slope = box(q2 * k2, r) - box(q2, r) * box(k2, r)
    slope = slope / (box(q2 * q2, r) - box(q2, r) ** 2 + epsilon)
    level = box(k2, r) - slope * box(q2, r)
    size = q.shape[1:]
    slope, level = (
        interpolate.linear(box(t, r)[None], size)[0] for t in (slope, level)
    )
    return slope * q + level


def gaussian(q):
    line = np.exp(-0.5 * np.array([1, 0, 1.0]))
    window = np.outer(line, line) / line.sum() ** 2
    return np.concatenate(
        [conv(q[[c]], window[None, None], [0.0]) for c in range(len(q))]
    )


def pcdc(layer, centre, around):
    """Differences to the neighbours, one product at a time."""
    centre, around = group_norm(centre, layer.norm), group_norm(around, layer.norm)
    weight, groups = layer.weight.numpy(), layer.groups
    none = np.zeros(len(weight))
    total = weight.sum((2, 3), keepdims=True)
    y = conv(around, weight, none, groups, layer.dilation)
    y = y - conv(centre, total, none, groups) + layer.bias.numpy()[0]
    _, first, _, norm, last = layer.channel_compressor
    y = np.maximum(module(np.maximum(y, 0), first, groups), 0)
    return module(group_norm(y, norm), last)


def by_loops(layer, x, guide, s):
    c, height, width = x.shape
    q = module(group_norm(guide, layer.norm_y), layer.q)
    key = module(group_norm(x, layer.norm_x), layer.k)
    key = interpolate.linear(key[None], guide.shape[1:])[0]
    like_key = guided_filter(q, key, layer.radius, layer.epsilon)
    scores = pcdc(layer.semantic_scores, key, like_key)
    scores = scores + pcdc(layer.detail_scores, gaussian(q), q)
    k = layer.kernel_size
    y = np.zeros((c, height * s, width * s))
    for i, j in np.ndindex(height * s, width * s):
        weights, places = [], []
        for tap in range(k * k):
            down, right = tap // k - k // 2, tap % k - k // 2
            inside = 0 <= i + s * down < height * s and 0 <= j + s * right < width * s
            weights.append(math.exp(scores[tap, i, j]) if inside else 0.0)
            row, column = (i + 0.5) / s - 0.5 + down, (j + 0.5) / s - 0.5 + right
            places.append((row, column))
        for ch in range(c):
            values = [bilinear(x[ch], *place) for place in places]
            y[ch, i, j] = np.dot(weights, values) / sum(weights)
    return y


# The released module: guide of 256 and of 64 channels.
@pytest.mark.parametrize("g, released", [(256, 47_570), (64, 41_042)])
def test_parameters(g, released):
    layer = ReSFU(256, guide_channels=g)
    assert sum(p.size for p in layer.parameters()) == released
    assert cost("resfu", 256, (4, 4), guide_channels=g).parameters == released


def test_macs():
    c, g, d, m = 16, 8, 32, 128
    fine = g * d + 2 * (10 * m * d // 4 + m * m // 4 + 9 * m) + 21 * d + 13 * c
    found = cost("resfu", c, (3, 5), guide_channels=g).macs
    assert found == 15 * (c * d + 4 * fine)


@pytest.mark.parametrize("options", [
    {"scale": 2},
    {"scale": 3, "radius": 4},
    {"scale": 1, "radius": 2},
    {"scale": 2, "kernel_size": 5},
], ids=str)  # fmt: skip
def test_equals_loops(rng, options):
    layer = moving(rng, 3, 2, **options)
    x, guide = tensors(rng, 3, 2, options["scale"])
    y = layer(x, guide=guide).numpy()
    for n in range(2):
        expected = by_loops(layer, x.numpy()[n], guide.numpy()[n], options["scale"])
        np.testing.assert_allclose(y[n], expected, rtol=0, atol=1e-3)


def test_start():
    layer = ReSFU(64)
    for conv in (layer.q, layer.k, layer.semantic_scores.channel_compressor[1]):
        assert conv.weight.numpy().std() == pytest.approx(0.02, rel=0.1)
        assert not conv.bias.numpy().any()
    for scores in (layer.semantic_scores, layer.detail_scores):
        expected = (2 / (128 * 9)) ** 0.5
        assert scores.weight.numpy().std() == pytest.approx(expected, rel=0.1)
        assert not scores.bias.numpy().any()


def test_constant_stays_constant_to_the_border(rng):
    layer = moving(rng, 3, 2)
    _, guide = tensors(rng, 3, 2)
    y = layer(paddle.full([2, 3, 3, 4], 2.5), guide=guide).numpy()
    np.testing.assert_allclose(y, 2.5, rtol=1e-5)


def test_an_odd_guide_is_cropped_or_extended(rng):
    layer = moving(rng, 3, 2)
    x, guide = tensors(rng, 3, 2)
    whole = layer(x, guide=guide).numpy()
    longer = paddle.concat([guide, guide[:, :, -1:] * 5], axis=2)
    y = layer(x, guide=longer).numpy()
    np.testing.assert_allclose(y[:, :, :-1], whole, rtol=0, atol=1e-5)
    np.testing.assert_allclose(y[:, :, -1], whole[:, :, -1], rtol=0, atol=1e-5)
    assert layer(x, guide=guide[..., :-1]).shape[-1] == 7


def test_gradient(rng, check_gradient):
    layer = moving(rng, 3, 2)
    layer.to(dtype="float64")
    x, guide = (t.numpy() for t in tensors(rng, 3, 2, dtype="float64"))
    check_gradient(lambda x, g: layer(x, guide=g), x, guide, tolerance=1e-4)


@pytest.mark.parametrize("options, text", [
    ({"guide": None}, "called without a guide"),
    ({"guide": paddle.ones([2, 2, 9, 8])}, "the guide is 9x8, but for x of 3x4"),
], ids=["guide", "size"])  # fmt: skip
def test_error_names_the_remedy(rng, options, text):
    x, guide = tensors(rng, 4, 2)
    with pytest.raises(UsageError, match=f"resfu: {text}"):
        ReSFU(4, guide_channels=2)(x, **{"guide": guide, **options})


@pytest.mark.parametrize("options, text", [
    ({"groups": 3}, "groups=3 must divide embedding=32 and mid_channels=128"),
    ({"norm_groups": 64}, "norm_groups=64 must divide embedding=32"),
    ({"kernel_size": 4}, "kernel_size must be an odd positive integer, not 4"),
    ({"radius": 0}, "radius must be a positive integer, not 0"),
], ids=str)  # fmt: skip
def test_error_of_an_option(options, text):
    with pytest.raises(UsageError, match=f"resfu: {text}"):
        ReSFU(4, **options)
