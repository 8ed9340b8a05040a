import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import APS, LPS
from tests.contract.sites import shake
from tests.reference import polyphase as loops

CIRCULAR = {"name": "blur_pool", "filter_size": 3, "border": "circular"}


def made(rng, **options):
    layer = LPS(3, hidden_channels=2, **options)
    layer.to(dtype="float64")
    return shake(rng, layer)


def padded(x):
    return np.pad(x, [(0, 0), (0, 0), *((0, -n % 2) for n in x.shape[2:])])


@pytest.mark.parametrize("temperature", [1.0, 0.3])
@pytest.mark.parametrize("size", [(6, 8), (7, 5)], ids=str)
def test_mixes_as_the_softmax_says(rng, size, temperature):
    layer = made(rng, selection="softmax", temperature=temperature)
    x = rng.normal(size=(2, 3, *size))
    y, side = layer.record(paddle.to_tensor(x))
    phases = layer.phases(paddle.to_tensor(x))
    scores = np.exp(layer.logits(x, phases).numpy() / temperature)
    weights = scores / scores.sum(1, keepdims=True)
    np.testing.assert_allclose(side.weights.numpy(), weights, rtol=0, atol=1e-12)
    expected = np.einsum("npchw,np->nchw", loops.split(padded(x), 2), weights)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-12)
    assert list(side.size) == list(size)


@pytest.mark.parametrize("size", [(6, 8), (7, 5)], ids=str)
def test_evaluation_keeps_the_component_of_largest_score(rng, size):
    layer = made(rng).eval()
    x = rng.normal(size=(4, 3, *size))
    y, side = layer.record(paddle.to_tensor(x))
    phases = layer.phases(paddle.to_tensor(x))
    best = layer.logits(x, phases).numpy().argmax(1)
    parts = loops.split(padded(x), 2)
    expected = np.stack([part[i] for part, i in zip(parts, best)])
    np.testing.assert_array_equal(y.numpy(), expected)
    assert side.weights.numpy().argmax(1).tolist() == best.tolist()


def test_training_draws_with_the_probability_of_the_softmax(rng):
    """What the Gumbel noise is for: the largest weight is a sample."""
    layer = made(rng, temperature=0.1)
    layer.to(dtype="float32")
    logits = paddle.to_tensor([[1.0, 0.0, -1.0, 0.5]]).expand([4000, 4])
    drawn = layer.weights(logits).numpy()
    np.testing.assert_allclose(drawn.sum(1), 1, rtol=1e-5)
    share = np.bincount(drawn.argmax(1), minlength=4) / 4000
    wanted = np.exp([1.0, 0.0, -1.0, 0.5])
    np.testing.assert_allclose(share, wanted / wanted.sum(), atol=0.03)
    assert np.abs(layer.weights(logits).numpy() - drawn).max() > 0.1
    layer.eval()
    assert (layer.weights(logits).numpy() == np.eye(4)[0]).all()


@pytest.mark.parametrize("options", [{}, {"antialias": CIRCULAR}], ids=str)
@pytest.mark.parametrize("shift", [(0, 1), (3, 2)], ids=str)
def test_a_circular_shift_moves_the_result(rng, shift, options):
    layer = made(rng, **options).eval()
    x = rng.normal(size=(1, 3, 8, 12))
    y, z = (layer(paddle.to_tensor(v)).numpy() for v in (x, np.roll(x, shift, (2, 3))))
    moved = [
        np.abs(np.roll(y, (a, b), (2, 3)) - z).max() for a in range(4) for b in range(6)
    ]
    assert min(moved) < 1e-12


def test_antialias_comes_before_the_components(rng):
    layer = made(rng, antialias=CIRCULAR)
    x = paddle.to_tensor(rng.normal(size=(1, 3, 6, 8)))
    other = APS(3, filter_size=3)
    other.to(dtype="float64")
    np.testing.assert_allclose(layer.phases(x), other.phases(x), atol=1e-12)


def test_scores_are_of_the_filtered_map_unless_asked_otherwise(rng):
    layer = made(rng, antialias=CIRCULAR, selection="softmax")
    x = paddle.to_tensor(rng.normal(size=(1, 3, 6, 8)))
    filtered = layer.logits(x, layer.phases(x)).numpy()
    layer.filtered_logits = False
    plain = layer.logits(x, layer.phases(x)).numpy()
    layer.antialias = None
    np.testing.assert_array_equal(layer.logits(x, layer.phases(x)).numpy(), plain)
    assert np.abs(filtered - plain).max() > 1e-4


def test_gradient(rng, check_gradient):
    layer = made(rng, selection="softmax", antialias=CIRCULAR)
    check_gradient(layer, rng.normal(size=(2, 3, 5, 6)))
    check_gradient(made(rng).eval(), rng.normal(size=(2, 3, 5, 6)))


@pytest.mark.parametrize("logits, parameters", [
    ("conv", 9 * 64 * 8 + 8 + 9 * 64 + 8),
    ("skip", 2 * (9 * 64 * 64 + 64)),
    ("attention", 3 * (9 * 64 * 8 + 8 + 9 * 64 + 8)),
    ("attention_norm", 3 * (9 * 64 * 8 + 16 + 9 * 64 + 8)),
    ("perceptron", 65),
])  # fmt: skip
def test_cost(logits, parameters):
    spec = {"name": "lps", "logits": logits}
    found = cost(spec, 64, (9, 12))
    assert found.parameters == parameters
    layer = LPS(64, logits=logits)
    counted = sum(p.size for p in layer.parameters() if not p.stop_gradient)
    assert counted == parameters
    convolutions = sum(
        p.size
        for n, p in layer.named_parameters()
        if n.endswith("weight") and p.ndim == 4
    )
    assert found.macs == (convolutions + 64) * 10 * 12
    more = cost({**spec, "antialias": "blur_pool"}, 64, (9, 12))
    assert more.macs - found.macs == 16 * 64 * 9 * 12


@pytest.mark.parametrize("options, text", [
    ({"logits": "convs"}, "lps: unknown logits 'convs'; did you mean 'conv'"),
    ({"selection": "hard"}, "lps: unknown selection 'hard'; known: 'gumbel', 'so"),
    ({"temperature": 0}, "lps: temperature must be positive, not 0"),
    ({"hidden_channels": 0}, "lps: hidden_channels must be a positive integer, not 0"),
    ({"antialias": "blur"}, "unknown downsampler 'blur'; did you mean 'blur_pool'"),
    ({"antialias": "bilinear"}, "'bilinear' is an upsampler and the site needs a down"),
    ({"antialias": "haar"}, "haar: scale 1 is not defined, only 2"),
], ids=str)  # fmt: skip
def test_errors_name_the_remedy(options, text):
    with pytest.raises(UsageError, match=text):
        LPS(4, **options)
