import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.up import Flow
from tests.reference import convolution, interpolate, warp


def tensors(rng, c, g):
    x = rng.normal(size=(2, c, 4, 5)).astype("float32")
    guide = rng.normal(size=(2, g, 9, 11)).astype("float32")
    return paddle.to_tensor(x), paddle.to_tensor(guide)


@pytest.mark.parametrize("c, g, mid, k", [
    (8, 8, None, 3),
    (8, 3, None, 5),
    (5, None, 4, 1),
    (1, 2, None, 3),
], ids=str)  # fmt: skip
def test_parameters(c, g, mid, k):
    layer = Flow(c, guide_channels=g, mid_channels=mid, kernel_size=k)
    m = mid or max(c // 2, 1)
    count = sum(p.size for p in layer.parameters())
    assert count == m * (c + (g or c)) + 4 * k * k * m


@pytest.mark.parametrize("k", [1, 3])
def test_equals_loops(rng, k):
    layer = Flow(4, guide_channels=3, kernel_size=k)
    layer.flow_make.weight.set_value(layer.flow_make.weight * 5)
    x, guide = tensors(rng, 4, 3)
    y = layer(x, guide=guide).numpy()
    zero = np.zeros(2)
    h = convolution.conv(x.numpy(), layer.down_h.weight.numpy(), zero)
    h = interpolate.linear(h, (9, 11), align_corners=True)
    fine = convolution.conv(guide.numpy(), layer.down_l.weight.numpy(), zero)
    flow = convolution.conv(
        np.concatenate([h, fine], 1),
        layer.flow_make.weight.numpy(),
        zero,
        padding=k // 2,
    )
    assert np.abs(flow).max() > 1
    expected = warp.flow_warp(x.numpy(), flow)
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-5)


def test_zero_flow_is_bilinear_with_aligned_corners(rng):
    layer = Flow(4)
    layer.flow_make.weight.set_value(layer.flow_make.weight * 0)
    x, guide = tensors(rng, 4, 4)
    y = layer(x, guide=guide).numpy()
    expected = interpolate.linear(x.numpy(), (9, 11), align_corners=True)
    # Rounding may put the last sample just outside, where it counts almost fully.
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-6)


def test_first_flow_is_not_zero(rng):
    x, guide = tensors(rng, 4, 4)
    y = Flow(4)(x, guide=guide).numpy()
    expected = interpolate.linear(x.numpy(), (9, 11), align_corners=True)
    assert np.abs(y - expected).max() > 0.01


def test_starts_as_pytorch_does(rng):
    layer = Flow(64, guide_channels=32)
    for conv, fan_in in (
        (layer.down_h, 64),
        (layer.down_l, 32),
        (layer.flow_make, 576),
    ):
        weight = conv.weight.numpy()
        bound = fan_in**-0.5
        assert 0.9 * bound < np.abs(weight).max() <= bound
        assert weight.std() == pytest.approx(bound / 3**0.5, rel=0.05)
        assert conv.bias is None


@pytest.mark.parametrize("options, text", [
    ({"guide": None}, "called without a guide"),
    ({"size": (8, 11)}, r"size=\(8, 11\) differs from the guide's \(9, 11\)"),
], ids=["guide", "size"])  # fmt: skip
def test_error_names_the_remedy(rng, options, text):
    x, guide = tensors(rng, 4, 4)
    with pytest.raises(UsageError, match=f"flow: {text}"):
        Flow(4)(x, **{"guide": guide, **options})


def test_error_of_an_even_kernel():
    with pytest.raises(
        UsageError, match="flow: kernel_size must be an odd positive integer, not 4"
    ):
        Flow(4, kernel_size=4)
