import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.blocks.phase_logits import (
    PHASE_LOGITS,
    count_phase_logits,
    phase_logits,
)
from paddle_resample.ops.polyphase import polyphase
from tests.contract.sites import shake
from tests.reference import polyphase as loops

NAMES = pytest.mark.parametrize("name", sorted(PHASE_LOGITS))


def made(rng, name, border="circular"):
    layer = phase_logits(name, 3, 3 if name == "skip" else 2, border)
    shake(rng, layer).eval()
    return layer


def by_loops(layer, name, x, border):
    """[N, 4], one component of one sample after another."""

    def conv(part, convolution):
        return loops.same_conv(part[None], convolution, border)[0]

    def branch(part, layers):
        part = np.maximum(conv(part, layers[0]), 0)
        if name == "attention_norm":
            norm = layers[2]
            part = part / np.sqrt(1 + 1e-5) * norm.weight.numpy()[:, None, None]
            part = part + norm.bias.numpy()[:, None, None]
        return conv(part, layers[3])

    def score(part):
        if name == "perceptron":
            one = layer.perceptron
            weight = one.weight.numpy()[0, :, 0, 0]
            return (weight[:, None, None] * part).sum(0).mean() + one.bias.item()
        hidden = np.maximum(conv(part, layer.conv1), 0)
        features = conv(hidden, layer.conv2)
        return (features + part if name == "skip" else features).mean()

    found = []
    for parts in loops.split(x, 2):
        if not name.startswith("attention"):
            found.append([score(part) for part in parts])
            continue
        phi, psi = (
            np.stack([branch(part, layers).mean((1, 2)) for part in parts])
            for layers in (layer._phi, layer._psi)
        )
        beta = np.array([branch(part, layer._beta).mean() for part in parts])
        mixed = np.exp(phi @ psi.T)
        found.append(mixed / mixed.sum(1, keepdims=True) @ beta)
    return np.array(found)


@pytest.mark.parametrize("border", ["circular", "zeros", "replicate"])
@pytest.mark.parametrize("samples", [1, 2])
@NAMES
def test_equals_loops(rng, name, samples, border):
    layer = made(rng, name, border)
    layer.to(dtype="float64")
    x = rng.normal(size=(samples, 3, 6, 4))
    y = layer(polyphase(paddle.to_tensor(x), 2)).numpy()
    assert y.shape == (samples, 4)
    np.testing.assert_allclose(y, by_loops(layer, name, x, border), atol=1e-12)


@NAMES
def test_an_exchange_of_components_exchanges_their_scores(rng, name):
    layer = made(rng, name)
    phases = paddle.to_tensor(rng.normal(size=(2, 3, 4, 5, 4)).astype("float32"))
    order = [2, 0, 3, 1]
    y = layer(phases).numpy()[:, order]
    other = layer(phases[:, :, order]).numpy()
    np.testing.assert_allclose(other, y, rtol=0, atol=1e-6)


@NAMES
def test_counts_its_weights(rng, name):
    layer = made(rng, name)
    counted = sum(p.size for p in layer.parameters() if not p.stop_gradient)
    hidden = 3 if name == "skip" else 2
    assert count_phase_logits(name, 3, hidden)[0] == counted


def test_skip_refuses_other_channels():
    with pytest.raises(UsageError, match="hidden_channels=4 must be in_channels=8"):
        phase_logits("skip", 8, 4, "zeros")
