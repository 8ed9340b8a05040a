import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import ResizeConv
from tests.reference import convolution, interpolate

RESIZE = {"nearest": interpolate.nearest, "bilinear": interpolate.linear}


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
@pytest.mark.parametrize("size, scale, k", [
    (None, 2, 3), (None, 3, 1), ((11, 7), 2, 5),
], ids=str)  # fmt: skip
def test_equals_loops(rng, mode, size, scale, k):
    layer = ResizeConv(3, 2, scale=scale, mode=mode, kernel_size=k)
    x = rng.normal(size=(2, 3, 5, 4)).astype("float32")
    y = layer(paddle.to_tensor(x), size=size).numpy()
    fine = RESIZE[mode](x, size or (5 * scale, 4 * scale))
    weight, bias = layer.conv.weight.numpy(), layer.conv.bias.numpy()
    expected = convolution.conv(fine, weight, bias, padding=k // 2)
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-6)


def test_gradient(rng, check_gradient):
    layer = ResizeConv(2, mode="bilinear")
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 2, 3, 4)))


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_no_checkerboard_before_training(rng, mode):
    y = ResizeConv(4, mode=mode)(paddle.ones([1, 4, 5, 6])).numpy()
    inside = y[:, :, 1:-1, 1:-1]
    assert np.ptp(inside, axis=(2, 3)).max() < 1e-6
    assert np.abs(y[:, :, :1, 1:-1] - inside[:, :, :1]).max() > 1e-3  # zero padding


def test_starts_as_pytorch_does():
    layer = ResizeConv(64)
    bound = (64 * 9) ** -0.5
    for value in (layer.conv.weight.numpy(), layer.conv.bias.numpy()):
        assert 0.9 * bound < np.abs(value).max() <= bound
        assert value.std() == pytest.approx(bound / 3**0.5, rel=0.15)


@pytest.mark.parametrize("mode, taps", [("nearest", 0), ("bilinear", 4 * 256)])
def test_cost_is_counted_at_the_fine_resolution(mode, taps):
    found = cost({"name": "resize_conv", "mode": mode}, 256, (16, 16))
    assert found.parameters == 590_080
    assert found.macs == 32 * 32 * (9 * 256 * 256 + taps)


@pytest.mark.parametrize("options, text", [
    ({"mode": "nearst"}, "unknown mode 'nearst'; did you mean 'nearest'"),
    ({"kernel_size": 2}, "kernel_size must be an odd positive integer, not 2"),
], ids=["mode", "kernel_size"])  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"resize_conv: {text}"):
        ResizeConv(4, **options)
