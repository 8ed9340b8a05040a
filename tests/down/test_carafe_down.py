import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import CARAFEDown
from tests.reference import convolution
from tests.reference import reassemble as loops


def shaken(rng, layer, much=0.5):
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape, scale=much).astype("float32"))
    return layer


@pytest.mark.parametrize("size", [(6, 8), (5, 7)], ids=str)
@pytest.mark.parametrize("options", [
    {},
    {"scale": 3, "kernel_size": 3, "border": "renormalise"},
    {"groups": 2, "encoder_kernel": 5, "compressed_channels": 5},
    {"groups": 4, "border": "replicate", "scale": 1},
], ids=str)  # fmt: skip
def test_equals_loops(rng, options, size):
    layer = shaken(rng, CARAFEDown(4, **options))
    x = rng.normal(size=(2, 4, *size)).astype("float32")
    y, side = layer.record(paddle.to_tensor(x))
    scale, groups = options.get("scale", 2), options.get("groups", 1)
    k, pad = options.get("kernel_size", 5), options.get("encoder_kernel", 3) // 2
    one, two = layer.channel_compressor, layer.content_encoder
    logits = convolution.conv(x, one.weight.numpy(), one.bias.numpy())
    logits = convolution.conv(
        logits, two.weight.numpy(), two.bias.numpy(), stride=scale, padding=pad
    )
    windows = logits.reshape(2, groups, k * k, *logits.shape[2:])
    kernels = loops.softmax(windows, 2).reshape(logits.shape)
    border = options.get("border", "zero")
    expected = loops.reassemble_down(x, kernels, k, scale, groups, border)
    assert side is None
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=5e-5)


def test_gradient(rng, check_gradient):
    layer = shaken(rng, CARAFEDown(4, kernel_size=3, groups=2, compressed_channels=6))
    layer.to(dtype="float64")
    check_gradient(lambda x: layer(x), rng.normal(size=(1, 4, 5, 4)))


@pytest.mark.parametrize("size", [(6, 8), (7, 9)], ids=str)
def test_starts_as_every_other_pixel_of_a_box_mean(rng, size):
    layer = CARAFEDown(6)
    x = rng.normal(size=(1, 6, *size)).astype("float32")
    padded = np.pad(x, [(0, 0), (0, 0), (2, 2), (2, 2)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), (2, 3))
    expected = windows.mean((-1, -2))[:, :, ::2, ::2]
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=0.01)


def test_dilation_of_the_encoder_spreads_its_kernel(rng):
    """A 3x3 kernel of dilation 2 is a 5x5 kernel with holes."""
    layer = shaken(rng, CARAFEDown(3, kernel_size=3, encoder_dilation=2))
    wide = CARAFEDown(3, kernel_size=3, encoder_kernel=5)
    state = {k: v.numpy() for k, v in layer.state_dict().items()}
    weight = np.zeros((*state["content_encoder.weight"].shape[:2], 5, 5), "float32")
    weight[..., ::2, ::2] = state["content_encoder.weight"]
    wide.set_state_dict({**state, "content_encoder.weight": weight})
    x = paddle.to_tensor(rng.normal(size=(1, 3, 6, 5)).astype("float32"))
    expected = wide(x).numpy()
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=0, atol=2e-5)


@pytest.mark.parametrize("border, corner", [
    ("zero", 0.36), ("replicate", 1), ("renormalise", 1),
])  # fmt: skip
def test_first_answer_to_a_constant(border, corner):
    y = CARAFEDown(4, border=border)(paddle.ones([1, 4, 9, 9])).numpy()
    np.testing.assert_allclose(
        y[0, :, [0, 0, -1, -1], [0, -1, 0, -1]], corner, atol=5e-3
    )
    np.testing.assert_allclose(y[0, :, 2, 2], 1, atol=5e-3)


def test_start():
    layer = CARAFEDown(32)
    bound = (6 / (32 + 64)) ** 0.5
    weight = layer.channel_compressor.weight.numpy()
    assert 0.95 * bound < np.abs(weight).max() <= bound * (1 + 1e-6)
    assert layer.content_encoder.weight.numpy().std() == pytest.approx(0.001, rel=0.03)


def test_closed_form():
    """18,585 with 64 channels; every part is counted at its own resolution."""
    found = cost("carafe_down", 64, (7, 9))
    assert found.parameters == 18_585
    assert found.macs == 64 * 64 * 63 + (9 * 64 * 25 + 25 * 64) * 20
    options = {"kernel_size": 3, "encoder_kernel": 5, "groups": 4, "scale": 3}
    layer = CARAFEDown(8, compressed_channels=16, **options)
    counted = sum(p.size for p in layer.parameters())
    spec = {"name": "carafe_down", "compressed_channels": 16, **options}
    assert cost(spec, 8, (4, 4)).parameters == counted


@pytest.mark.parametrize("options, text", [
    ({"kernel_size": 4}, "kernel_size must be an odd positive integer, not 4"),
    ({"groups": 3}, "groups=3 must divide in_channels=8"),
    ({"border": "zeros"}, "unknown border 'zeros'; did you mean 'zero'"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"carafe_down: {text}"):
        CARAFEDown(8, **options)
