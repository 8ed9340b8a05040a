import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.up import PixelShuffle
from tests.reference import convolution, interpolate, shuffle


@pytest.mark.parametrize("c, d, s, k", [(8, 8, 2, 3), (8, 4, 3, 1), (2, 6, 4, 5)])
def test_parameters(c, d, s, k):
    layer = PixelShuffle(c, d, scale=s, kernel_size=k)
    count = sum(p.size for p in layer.parameters())
    assert count == s * s * d * (k * k * c + 1)


@pytest.mark.parametrize("scale, k", [(1, 3), (2, 3), (3, 1), (2, 5)], ids=str)
def test_equals_convolution_then_shuffle(rng, scale, k):
    layer = PixelShuffle(3, 2, scale=scale, kernel_size=k, init="torch")
    x = rng.normal(size=(2, 3, 4, 5)).astype("float32")
    weight, bias = layer.conv.weight.numpy(), layer.conv.bias.numpy()
    features = convolution.conv(x, weight, bias, padding=k // 2)
    y = layer(paddle.to_tensor(x)).numpy()
    expected = shuffle.pixel_shuffle(features, scale)
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-6)


@pytest.mark.parametrize("scale, k", [(2, 3), (3, 1)], ids=str)
def test_equals_convolution_then_shuffle_in_a_volume(rng, scale, k):
    options = {"scale": scale, "kernel_size": k, "init": "torch"}
    layer = PixelShuffle(3, 2, data_format="NCDHW", **options)
    count = sum(p.size for p in layer.parameters())
    assert count == scale**3 * 2 * (k**3 * 3 + 1)
    x = rng.normal(size=(2, 3, 1, 3, 2)).astype("float32")
    weight, bias = layer.conv.weight.numpy(), layer.conv.bias.numpy()
    assert np.abs(weight).max() <= (3 * k**3) ** -0.5
    features = convolution.conv(x, weight, bias, padding=k // 2)
    y = layer(paddle.to_tensor(x)).numpy()
    expected = shuffle.pixel_shuffle(features, scale)
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-6)


def test_gradient_in_a_volume(rng, check_gradient):
    layer = PixelShuffle(2, 1, data_format="NCDHW", kernel_size=1, init="torch")
    layer.to(dtype="float64")
    check_gradient(lambda x: layer(x, size=(3, 5, 4)), rng.normal(size=(1, 2, 2, 2, 2)))


def test_icnr_starts_as_nearest_in_a_volume(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 3, 2, 3, 2)).astype("float32"))
    y = PixelShuffle(3, 2, data_format="NCDHW")(x).numpy()
    assert y.std() > 0.1
    for axis in (2, 3, 4):
        even, odd = (y.take(range(i, y.shape[axis], 2), axis) for i in (0, 1))
        np.testing.assert_array_equal(even, odd)


@pytest.mark.parametrize("scale", [2, 3])
def test_icnr_starts_as_nearest_of_its_convolution(rng, scale):
    layer = PixelShuffle(3, 2, scale=scale)
    x = paddle.to_tensor(rng.normal(size=(1, 3, 4, 5)).astype("float32"))
    y = layer(x).numpy()
    cells = y.reshape(1, 2, 4, scale, 5, scale)
    assert (cells == cells[:, :, :, :1, :, :1]).all()
    weight = layer.conv.weight.numpy()[:: scale**2]
    features = convolution.conv(x.numpy(), weight, np.zeros(2), padding=1)
    expected = interpolate.nearest(features, y.shape[2:])
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-6)


def test_icnr_is_he_normal_and_no_constant(rng):
    layer = PixelShuffle(32, 64)
    weight = layer.conv.weight.numpy()[::4]
    assert weight.std() == pytest.approx((2 / (32 * 9)) ** 0.5, rel=0.03)
    assert not layer.conv.bias.numpy().any()


def test_xavier_is_uniform_over_both_fans(rng):
    layer = PixelShuffle(16, 16, init="xavier")
    bound = (6 / ((16 + 64) * 9)) ** 0.5
    weight = layer.conv.weight.numpy()
    assert 0.9 * bound < np.abs(weight).max() <= bound * (1 + 1e-6)
    assert weight.std() == pytest.approx(bound / 3**0.5, rel=0.03)
    assert not layer.conv.bias.numpy().any()


def test_torch_is_uniform_over_the_inputs(rng):
    layer = PixelShuffle(16, 16, init="torch")
    bound = (16 * 9) ** -0.5
    weight = layer.conv.weight.numpy()
    for values in (weight, layer.conv.bias.numpy()):
        assert 0.8 * bound < np.abs(values).max() <= bound
    assert weight.std() == pytest.approx(bound / 3**0.5, rel=0.03)


def test_other_starts_are_no_blocks(rng):
    """So that the test of ICNR can fail."""
    x = paddle.to_tensor(rng.normal(size=(1, 3, 4, 5)).astype("float32"))
    cells = PixelShuffle(3, 2, init="torch")(x).numpy().reshape(1, 2, 4, 2, 5, 2)
    assert np.abs(cells - cells[:, :, :, :1, :, :1]).max() > 0.1


@pytest.mark.parametrize("options, text", [
    ({"kernel_size": 2}, "kernel_size must be an odd positive integer, not 2"),
    ({"init": "icrn"}, "unknown init 'icrn'; did you mean 'icnr'"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"pixel_shuffle: {text}"):
        PixelShuffle(4, **options)
