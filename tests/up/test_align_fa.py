import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import AlignFA
from tests.reference import convolution, interpolate, warp


def tensors(rng, c, dtype="float32"):
    x = rng.normal(size=(2, c, 4, 5)).astype(dtype)
    guide = rng.normal(size=(2, c, 9, 11)).astype(dtype)
    return paddle.to_tensor(x), paddle.to_tensor(guide)


def moving(rng, c, **options):
    """A layer in evaluation mode whose flows and statistics are no longer special."""
    layer = AlignFA(c, **options)
    for key, value in layer.state_dict().items():
        start = value.numpy()
        noise = rng.normal(size=start.shape).astype(start.dtype)
        value.set_value(start + (abs(noise) if "_variance" in key else noise))
    layer.eval()
    return layer


@pytest.mark.parametrize("c", [4, 256])
def test_parameters(c):
    layer = AlignFA(c)
    count = sum(p.size for p in layer.parameters() if not p.stop_gradient)
    assert count == 2 * (2 * c**2 + 2 * c + 18 * c)
    found = cost("align_fa", c, (3, 5))
    assert found.parameters == count
    assert found.macs == 15 * 4 * (2 * (2 * c**2 + 18 * c) + 12 * c)


@pytest.mark.parametrize("unit", ["half", "pixel"])
def test_equals_loops(rng, unit):
    layer = moving(rng, 3, unit=unit)
    x, guide = (t.numpy() for t in tensors(rng, 3))
    y = layer(paddle.to_tensor(x), guide=paddle.to_tensor(guide)).numpy()
    h = interpolate.linear(x, (9, 11), align_corners=True)
    both = np.concatenate([guide, h], 1)
    expected = 0
    for moved, gen in ((h, layer.delta_gen1), (guide, layer.delta_gen2)):
        f = convolution.conv(both, gen[0].weight.numpy(), np.zeros(3))
        norm = gen[1]
        for c in range(3):
            mean, variance, weight, bias = (
                t.numpy()[c]
                for t in (norm._mean, norm._variance, norm.weight, norm.bias)
            )
            f[:, c] = (f[:, c] - mean) / np.sqrt(variance + 1e-5) * weight + bias
        f = np.where(f > 0, f, 0.01 * f)
        flow = convolution.conv(f, gen[2].weight.numpy(), np.zeros(2), padding=1)
        assert np.abs(flow).max() > 1
        if unit == "pixel":  # between aligned corners
            flow = 2 * flow * np.array([11 / 10, 9 / 8]).reshape(1, 2, 1, 1)
        expected = expected + warp.flow_warp(moved, flow)
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-4)


def test_starts_as_bilinear_plus_the_guide(rng):
    x, guide = tensors(rng, 4)
    y = AlignFA(4)(x, guide=guide).numpy()
    coarse = interpolate.linear(x.numpy(), (9, 11), align_corners=True)
    np.testing.assert_allclose(y, coarse + guide.numpy(), rtol=0, atol=1e-5)


def test_first_convolutions_start_as_pytorch_does():
    layer = AlignFA(64)
    for gen in (layer.delta_gen1, layer.delta_gen2):
        weight, bound = gen[0].weight.numpy(), 128**-0.5
        assert 0.9 * bound < np.abs(weight).max() <= bound
        assert not gen[2].weight.numpy().any()
        assert gen[0].bias is None and gen[2].bias is None


def test_gradient(rng, check_gradient):
    layer = moving(rng, 3)
    layer.to(dtype="float64")
    # Small flows: none crosses a pixel within the step.
    for gen in (layer.delta_gen1, layer.delta_gen2):
        gen[2].weight.set_value(gen[2].weight * 0.1)
    x, guide = tensors(rng, 3, "float64")
    check_gradient(
        lambda x, g: layer(x, guide=g), x.numpy(), guide.numpy(), tolerance=1e-4
    )


@pytest.mark.parametrize("options, text", [
    ({"guide": None}, "called without a guide"),
    ({"size": (8, 11)}, r"size=\(8, 11\) differs from the guide's \(9, 11\)"),
], ids=["guide", "size"])  # fmt: skip
def test_error_names_the_remedy(rng, options, text):
    x, guide = tensors(rng, 4)
    with pytest.raises(UsageError, match=f"align_fa: {text}"):
        AlignFA(4)(x, **{"guide": guide, **options})


@pytest.mark.parametrize("options, text", [
    ({"unit": "pixels"}, "unknown unit 'pixels'; did you mean 'pixel'"),
    ({"guide_channels": 3}, "guide_channels=3 must equal in_channels=4"),
], ids=str)  # fmt: skip
def test_error_of_an_option(options, text):
    with pytest.raises(UsageError, match=f"align_fa: .*{text}"):
        AlignFA(4, **options)
