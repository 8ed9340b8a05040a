import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import FreqMix
from tests.contract.sites import shake, trainable
from tests.reference import convolution, frequency


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def attention(layers, spectrum):
    """The released channel attention of a spectrum's real or imaginary part."""
    first, second = layers[1], layers[3]
    mean = spectrum.mean((2, 3))
    hidden = mean @ first.weight.numpy()[:, :, 0, 0].T + first.bias.numpy()
    y = np.maximum(hidden, 0) @ second.weight.numpy()[:, :, 0, 0].T
    return sigmoid(y + second.bias.numpy())[:, :, None, None]


def published(layer, x):
    """The released module, its roll over channels and samples included."""
    low = frequency.low_pass(x, layer.threshold)
    conv = layer.freq_weight_conv
    weights = convolution.conv(x, conv.weight.numpy(), conv.bias.numpy(), 1, 1)
    if layer.activation == "sigmoid":
        weights = sigmoid(weights)
    else:
        weights = 2 * np.exp(weights) / np.exp(weights).sum(1, keepdims=True)
    spectrum = frequency.rolled_spectrum(x)
    kept = frequency.mask(*x.shape[2:], layer.threshold)
    result = x if layer.residual else 0
    for part, band, weight, attend in (
        (low, spectrum * kept, weights[:, :1], layer.channel_att_low),
        (x - low, spectrum * (1 - kept), weights[:, 1:], layer.channel_att_high),
    ):
        real, imaginary = attention(attend, band.real), attention(attend, band.imag)
        result = result + part * weight * np.sqrt(real**2 + imaginary**2 + 1e-8)
    return result


@pytest.mark.parametrize("options", [
    {},
    {"activation": "softmax", "residual": True},
    {"threshold": 0.2, "compress_ratio": 2},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("size", [(8, 6), (7, 9), (10, 5)], ids=str)
@pytest.mark.parametrize("batch, scale", [(3, 1), (2, 2), (1, 3)])
def test_equals_the_released_module(rng, options, size, batch, scale):
    layer = shake(rng, FreqMix(5, scale=scale, batch_roll=True, **options))
    x = rng.normal(size=(batch, 5, *size)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    expected = published(layer, x.astype("float64"))[:, :, ::scale, ::scale]
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


def test_a_result_depends_on_its_own_sample(rng):
    """By default; as released it changes with the other samples of the batch."""
    x = paddle.to_tensor(rng.normal(size=(3, 8, 8, 7)).astype("float32"))
    layer = shake(rng, FreqMix(8))
    together = layer(x).numpy()
    alone = np.concatenate([layer(x[n : n + 1]).numpy() for n in range(3)])
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-6)
    layer.batch_roll = True
    assert np.abs(layer(x).numpy() - together).max() > 1e-3
    np.testing.assert_allclose(layer(x[:1]).numpy(), alone[:1], rtol=0, atol=1e-6)


def test_starts_as_a_third_of_the_map(rng):
    x = rng.normal(size=(2, 64, 16, 16)).astype("float32")
    y = FreqMix(64, scale=1)(paddle.to_tensor(x)).numpy()
    slope = (x * y).sum() / (x * x).sum()
    assert slope == pytest.approx(0.5 * 2**0.5 / 2, abs=0.05)


def test_gradient(rng, check_gradient):
    layer = shake(rng, FreqMix(4, compress_ratio=2, residual=True))
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(2, 4, 5, 6)))


@pytest.mark.parametrize("channels, ratio, parameters", [(64, 16, 2314), (8, 16, 196)])
def test_cost(channels, ratio, parameters):
    found = cost({"name": "freq_mix", "compress_ratio": ratio}, channels, (9, 12))
    layer = FreqMix(channels, compress_ratio=ratio)
    assert found.parameters == sum(p.size for p in trainable(layer)) == parameters
    c, hidden = channels, max(1, channels // ratio)
    filters = 2 * c * (9 * 12 * 6 + 9 * 6 * 5)
    means = 2 * c * 9 * (12 + 2) + 8 * c * hidden
    assert found.macs == filters + 22 * c * 5 * 6 + means


def test_errors_name_the_remedy():
    with pytest.raises(
        UsageError, match="unknown activation 'sigmoyd'; did you mean 's"
    ):
        FreqMix(4, activation="sigmoyd")
    with pytest.raises(UsageError, match="freq_mix: compress_ratio must be a positive"):
        FreqMix(4, compress_ratio=0)
