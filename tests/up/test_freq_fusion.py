import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import FreqFusion
from tests.reference import convolution, shuffle, warp
from tests.reference.reassemble import reassemble


def tensors(rng, c, scale=2, dtype="float32"):
    x = rng.normal(size=(2, c, 3, 4)).astype(dtype)
    guide = rng.normal(size=(2, c, 3 * scale, 4 * scale)).astype(dtype)
    return paddle.to_tensor(x), paddle.to_tensor(guide)


def moving(rng, c, **options):
    layer = FreqFusion(c, mid_channels=8, **options)
    for p in layer.parameters():
        p.set_value(p + 0.2 * rng.normal(size=p.shape).astype("float32"))
    return layer


def conv(x, module):
    weights = module.weight.numpy(), module.bias.numpy()
    return convolution.conv(x, *weights, padding=module.weight.shape[-1] // 2)


def kernels(logits):
    k = round(logits.shape[1] ** 0.5)
    line = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(k) / (k - 1))
    y = np.exp(logits) * np.outer(line, line).reshape(1, -1, 1, 1)
    return y / y.sum(1, keepdims=True)


def by_steps(layer, x, guide, s, low_k=5, high_k=3):
    """The released steps, each of its parts by loops."""
    fine = conv(guide, layer.hr_channel_compressor)
    coarse = conv(x, layer.lr_channel_compressor)
    high = conv(fine, layer.content_encoder2)
    fine = fine + fine - reassemble(fine, kernels(high), high_k, 1)
    first = conv(fine, layer.content_encoder)
    coarse_low = conv(coarse, layer.content_encoder)
    low = first + reassemble(coarse_low, kernels(first), low_k, s)
    coarse_high = conv(coarse, layer.content_encoder2)
    high = high + reassemble(coarse_high, kernels(low), low_k, s)
    y = reassemble(x, kernels(low), low_k, s)
    if layer.dysampler is not None:
        y = resample(layer.dysampler, coarse, fine, y, s)
    return y + guide - reassemble(guide, kernels(high), high_k, 1) + guide


def likeness(x, norm):
    """Group norm, then x and the cosines with neighbours two pixels away."""
    n, _, height, width = x.shape
    parts = x.reshape(n, norm._num_groups, -1)
    parts = parts - parts.mean(2, keepdims=True)
    parts = parts / np.sqrt((parts**2).mean(2, keepdims=True) + 1e-5)
    x = parts.reshape(x.shape) * norm.weight.numpy().reshape(1, -1, 1, 1)
    x = x + norm.bias.numpy().reshape(1, -1, 1, 1)
    places = [(a, b) for a in (-2, 0, 2) for b in (-2, 0, 2) if a or b]
    cosines = np.zeros((n, 8, height, width))
    for b, t, i, j in np.ndindex(*cosines.shape):
        u, v = i + places[t][0], j + places[t][1]
        if 0 <= u < height and 0 <= v < width:
            near, own = x[b, :, u, v], x[b, :, i, j]
            lengths = np.linalg.norm(near) * np.linalg.norm(own)
            cosines[b, t, i, j] = near @ own / lengths
    return np.concatenate([x, cosines], 1)


def resample(layer, coarse, fine, y, s):
    coarse, fine = likeness(coarse, layer.norm_lr), likeness(fine, layer.norm_hr)
    offset = conv(coarse, layer.offset)
    offset = offset + shuffle.pixel_unshuffle(conv(fine, layer.hr_offset), s)
    reach = conv(coarse, layer.direct_scale)
    reach = reach + shuffle.pixel_unshuffle(conv(fine, layer.hr_direct_scale), s)
    offset = shuffle.pixel_shuffle(offset / (1 + np.exp(-reach)), s)
    assert np.abs(offset).max() > 0.5
    moved = np.empty(y.shape)
    c = y.shape[1]
    for g in range(4):
        own = slice(g * c // 4, (g + 1) * c // 4)
        flow = 2 * s * offset[:, [g, 4 + g]]  # half fine pixels from coarse ones
        moved[:, own] = warp.flow_warp(y[:, own], flow, False, "border")
    return moved


# The released module with 256 channels, without and with its offset generator.
@pytest.mark.parametrize("resample, released", [(False, 52_514), (True, 104_690)])
def test_parameters(resample, released):
    layer = FreqFusion(256, resample=resample)
    assert sum(p.size for p in layer.parameters()) == released
    spec = {"name": "freq_fusion", "resample": resample}
    assert cost(spec, 256, (4, 4)).parameters == released


def test_macs():
    c, m = 16, 64
    coarse = c * m + 9 * m * 34
    fine = coarse + 9 * m + 25 * 34 + 34 * c
    assert cost("freq_fusion", c, (3, 5)).macs == 15 * (coarse + 4 * fine)


@pytest.mark.parametrize("options", [
    {},
    {"scale": 3},
    {"resample": True},
    {"resample": True, "scale": 3},
    {"low_kernel": 3, "high_kernel": 3},
], ids=str)  # fmt: skip
def test_equals_the_released_steps(rng, options):
    layer = moving(rng, 4, **options)
    scale = options.get("scale", 2)
    x, guide = tensors(rng, 4, scale)
    y = layer(x, guide=guide).numpy()
    sides = options.get("low_kernel", 5), options.get("high_kernel", 3)
    expected = by_steps(layer, x.numpy(), guide.numpy(), scale, *sides)
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-4)


def test_start_is_a_window_mean_and_a_sharpened_guide(rng):
    layer = FreqFusion(4)
    for p in (layer.content_encoder.weight, layer.content_encoder2.weight):
        assert p.numpy().std() == pytest.approx(0.001, rel=0.1)
    x, guide = tensors(rng, 4)
    y = layer(x, guide=guide).numpy()
    flat = [kernels(np.zeros((2, k * k, 6, 8))) for k in (5, 3)]
    expected = reassemble(x.numpy(), flat[0], 5, 2) + 2 * guide.numpy()
    expected -= reassemble(guide.numpy(), flat[1], 3, 1)
    np.testing.assert_allclose(y, expected, rtol=0, atol=0.05)


def test_offset_generator_starts_without_offsets(rng):
    first = FreqFusion(4, resample=True)
    plain = FreqFusion(4)
    plain.set_state_dict(first.state_dict())
    x, guide = tensors(rng, 4)
    gap = first(x, guide=guide).numpy() - plain(x, guide=guide).numpy()
    assert 0 < np.abs(gap).max() < 0.2


@pytest.mark.parametrize("border, kept", [("zero", False), ("replicate", True),
                                          ("renormalise", True)])  # fmt: skip
def test_constants_and_borders(border, kept):
    """y = x + 2*guide - guide = 3 where no kernel leaves the map."""
    layer = FreqFusion(4, border=border)
    x, guide = paddle.ones([1, 4, 6, 7]), 2 * paddle.ones([1, 4, 12, 14])
    y = layer(x, guide=guide).numpy()
    np.testing.assert_allclose(y[..., 4:-4, 4:-4], 3, rtol=1e-5)
    assert np.allclose(y, 3, rtol=1e-5) == kept


def test_an_odd_guide_is_cropped_or_extended(rng):
    layer = moving(rng, 4)
    x, guide = tensors(rng, 4)
    whole = layer(x, guide=guide).numpy()
    longer = paddle.concat([guide, guide[:, :, -1:] * 5], axis=2)
    y = layer(x, guide=longer).numpy()
    np.testing.assert_allclose(y[:, :, :-1], whole, rtol=0, atol=1e-5)
    np.testing.assert_allclose(y[:, :, -1], whole[:, :, -1], rtol=0, atol=1e-5)
    shorter = layer(x, guide=guide[..., :-1]).numpy()
    assert shorter.shape == (2, 4, 6, 7)


@pytest.mark.parametrize("resample", [False, True])
def test_gradient(rng, check_gradient, resample):
    layer = moving(rng, 4, resample=resample)
    layer.to(dtype="float64")
    x, guide = (t.numpy() for t in tensors(rng, 4, dtype="float64"))
    check_gradient(lambda x, g: layer(x, guide=g), x, guide, tolerance=1e-5)


@pytest.mark.parametrize("options, text", [
    ({"guide": None}, "called without a guide"),
    ({"guide": paddle.ones([2, 4, 9, 8])}, "the guide is 9x8, but for x of 3x4"),
], ids=["guide", "size"])  # fmt: skip
def test_error_names_the_remedy(rng, options, text):
    x, guide = tensors(rng, 4)
    with pytest.raises(UsageError, match=f"freq_fusion: {text}"):
        FreqFusion(4)(x, **{"guide": guide, **options})


@pytest.mark.parametrize("options, text", [
    ({"guide_channels": 3}, "guide_channels=3 must equal in_channels=6"),
    ({"low_kernel": 4}, "low_kernel must be an odd positive integer, not 4"),
    ({"border": "reflect"}, "unknown border 'reflect'"),
    ({"resample": True}, "resample needs mid_channels .* not 64 and 6"),
], ids=str)  # fmt: skip
def test_error_of_an_option(options, text):
    with pytest.raises(UsageError, match=f"freq_fusion: .*{text}"):
        FreqFusion(6, **options)
