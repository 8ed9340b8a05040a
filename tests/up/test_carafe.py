import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import CARAFE
from tests.reference import convolution, interpolate, shuffle
from tests.reference import reassemble as loops


def shaken(rng, layer, much=0.5):
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape, scale=much).astype("float32"))
    return layer


@pytest.mark.parametrize("options", [
    {},
    {"scale": 3, "kernel_size": 3, "border": "renormalise"},
    {"groups": 2, "encoder_kernel": 1, "compressed_channels": 5},
    {"groups": 4, "border": "replicate", "scale": 1},
], ids=str)  # fmt: skip
def test_equals_loops(rng, options):
    layer = shaken(rng, CARAFE(4, **options))
    x = rng.normal(size=(2, 4, 3, 4)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    scale, groups = options.get("scale", 2), options.get("groups", 1)
    k = options.get("kernel_size", 5)
    pad = options.get("encoder_kernel", 3) // 2
    one, two = layer.channel_compressor, layer.content_encoder
    logits = convolution.conv(x, one.weight.numpy(), one.bias.numpy())
    logits = convolution.conv(logits, two.weight.numpy(), two.bias.numpy(), padding=pad)
    logits = shuffle.pixel_shuffle(logits, scale)
    windows = logits.reshape(2, groups, k * k, *logits.shape[2:])
    kernels = loops.softmax(windows, 2).reshape(logits.shape)
    border = options.get("border", "zero")
    expected = loops.reassemble(x, kernels, k, scale, groups, border=border)
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-5)


def test_dilation_of_the_encoder_spreads_its_kernel(rng):
    """A 3x3 kernel of dilation 2 is a 5x5 kernel with holes."""
    layer = shaken(rng, CARAFE(3, kernel_size=3, encoder_dilation=2))
    wide = CARAFE(3, kernel_size=3, encoder_kernel=5)
    state = {k: v.numpy() for k, v in layer.state_dict().items()}
    weight = np.zeros((*state["content_encoder.weight"].shape[:2], 5, 5), "float32")
    weight[..., ::2, ::2] = state["content_encoder.weight"]
    wide.set_state_dict({**state, "content_encoder.weight": weight})
    x = paddle.to_tensor(rng.normal(size=(1, 3, 6, 5)).astype("float32"))
    np.testing.assert_allclose(layer(x).numpy(), wide(x).numpy(), rtol=0, atol=2e-5)


def test_gradient(rng, check_gradient):
    layer = shaken(rng, CARAFE(4, kernel_size=3, groups=2, compressed_channels=6))
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 4, 3, 4)))


def test_starts_as_nearest_of_a_box_mean(rng):
    layer = CARAFE(6)
    x = rng.normal(size=(1, 6, 5, 7)).astype("float32")
    padded = np.pad(x, [(0, 0), (0, 0), (2, 2), (2, 2)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), (2, 3))
    expected = interpolate.nearest(windows.mean((-1, -2)), (10, 14))
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=0.01)
    layer.content_encoder.weight.set_value(layer.content_encoder.weight * 0)
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("border, corner, edge", [
    ("zero", 0.36, 0.6),
    ("replicate", 1, 1),
    ("renormalise", 1, 1),
])  # fmt: skip
def test_first_answer_to_a_constant(border, corner, edge):
    y = CARAFE(4, border=border)(paddle.ones([1, 4, 6, 6])).numpy()
    assert np.abs(y[0, :, [0, 0, -1, -1], [0, -1, 0, -1]] - corner).max() < 5e-3
    assert np.abs(y[0, :, 0, 6] - edge).max() < 5e-3
    assert np.abs(y[0, :, 6, 6] - 1).max() < 5e-3


def test_start(rng):
    layer = CARAFE(32)
    bound = (6 / (32 + 64)) ** 0.5
    weight = layer.channel_compressor.weight.numpy()
    assert 0.95 * bound < np.abs(weight).max() <= bound * (1 + 1e-6)
    assert layer.content_encoder.weight.numpy().std() == pytest.approx(0.001, rel=0.02)
    for conv in (layer.channel_compressor, layer.content_encoder):
        assert not conv.bias.numpy().any()


@pytest.mark.parametrize("scale, parameters", [(2, 74_148), (4, 247_248)])
def test_published_parameters_of_one_site(scale, parameters):
    assert (
        cost({"name": "carafe", "scale": scale}, 256, (9, 9)).parameters == parameters
    )


def test_closed_form_of_options():
    options = {"kernel_size": 3, "encoder_kernel": 5, "groups": 4, "scale": 3}
    layer = CARAFE(8, compressed_channels=16, **options)
    counted = sum(p.size for p in layer.parameters())
    spec = {"name": "carafe", "compressed_channels": 16, **options}
    assert cost(spec, 8, (4, 4)).parameters == counted


@pytest.mark.parametrize("options, text", [
    ({"kernel_size": 4}, "kernel_size must be an odd positive integer, not 4"),
    ({"encoder_kernel": 2}, "encoder_kernel must be an odd positive integer, not 2"),
    ({"groups": 3}, "groups=3 must divide in_channels=8"),
    ({"border": "zeros"}, "unknown border 'zeros'; did you mean 'zero'"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"carafe: {text}"):
        CARAFE(8, **options)
