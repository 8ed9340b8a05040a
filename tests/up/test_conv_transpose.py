import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.up import ConvTranspose
from tests.reference import convolution, interpolate

WINDOWS = [(2, 2), (3, 2), (4, 2), (5, 2), (3, 3), (5, 3), (8, 4), (1, 1), (3, 1)]


@pytest.mark.parametrize("c, d, k, groups, bias", [
    (8, 8, 2, 1, True),
    (8, 4, 2, 1, False),
    (8, 4, 4, 2, True),
    (6, 6, 3, 6, False),
])  # fmt: skip
def test_parameters(c, d, k, groups, bias):
    layer = ConvTranspose(c, d, kernel_size=k, groups=groups, bias=bias)
    count = sum(p.size for p in layer.parameters())
    assert count == k * k * c * d // groups + bias * d


@pytest.mark.parametrize("k, scale", WINDOWS, ids=str)
@pytest.mark.parametrize("groups", [1, 2])
def test_equals_stamps(rng, k, scale, groups):
    layer = ConvTranspose(4, 6, scale=scale, kernel_size=k, groups=groups)
    x = rng.normal(size=(2, 4, 3, 5)).astype("float32")
    expected = convolution.conv_transpose(
        x,
        layer.conv.weight.numpy(),
        layer.conv.bias.numpy(),
        scale,
        (k - scale + 1) // 2,
        groups,
    )
    y = layer(paddle.to_tensor(x)).numpy()
    assert y.shape == (2, 6, 3 * scale, 5 * scale)
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-6)


@pytest.mark.parametrize("k, scale", [(2, 2), (3, 2), (5, 3), (4, 4)], ids=str)
@pytest.mark.parametrize("groups", [1, 2])
def test_equals_stamps_in_a_volume(rng, k, scale, groups):
    options = {"scale": scale, "kernel_size": k, "groups": groups}
    layer = ConvTranspose(2, 4, data_format="NCDHW", **options)
    assert sum(p.size for p in layer.parameters()) == k**3 * 8 // groups + 4
    bound = (4 // groups * k**3) ** -0.5
    assert np.abs(layer.conv.weight.numpy()).max() <= bound
    x = rng.normal(size=(2, 2, 1, 3, 2)).astype("float32")
    expected = convolution.conv_transpose(
        x,
        layer.conv.weight.numpy(),
        layer.conv.bias.numpy(),
        scale,
        (k - scale + 1) // 2,
        groups,
    )
    y = layer(paddle.to_tensor(x)).numpy()
    assert y.shape == (2, 4, scale, 3 * scale, 2 * scale)
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-6)


def test_gradient_in_a_volume(rng, check_gradient):
    layer = ConvTranspose(2, 3, data_format="NCDHW", kernel_size=3)
    layer.to(dtype="float64")
    check_gradient(lambda x: layer(x, size=(3, 5, 4)), rng.normal(size=(1, 2, 2, 2, 2)))


def test_bilinear_start_is_trilinear_in_the_interior(rng):
    layer = ConvTranspose(2, kernel_size=4, init="bilinear", data_format="NCDHW")
    x = rng.normal(size=(1, 2, 3, 4, 3)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    expected = interpolate.linear(x, y.shape[2:], align_corners=False)
    inside = (..., *[slice(1, -1)] * 3)
    np.testing.assert_allclose(y[inside], expected[inside], rtol=0, atol=2e-6)


@pytest.mark.parametrize("k, scale, margin", [(4, 2, 1), (5, 3, 1), (8, 4, 2)], ids=str)
@pytest.mark.parametrize("groups", [1, 3])
def test_bilinear_start_is_bilinear_in_the_interior(rng, k, scale, margin, groups):
    layer = ConvTranspose(3, scale=scale, kernel_size=k, groups=groups, init="bilinear")
    x = rng.normal(size=(1, 3, 4, 5)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    expected = interpolate.linear(x, y.shape[2:], align_corners=False)
    inside = (..., slice(margin, -margin), slice(margin, -margin))
    np.testing.assert_allclose(y[inside], expected[inside], rtol=0, atol=2e-6)
    assert np.abs(y - expected).max() > 0.05  # border pixels receive fewer stamps


def test_stamps_of_three_overlap_unevenly():
    """The checkerboard: a constant becomes 1, 2 and 4 stamps."""
    layer = ConvTranspose(1, kernel_size=3, bias=False)
    layer.conv.weight.set_value(np.ones((1, 1, 3, 3), "float32"))
    y = layer(paddle.ones([1, 1, 4, 4])).numpy()[0, 0]
    np.testing.assert_array_equal(y[:2, :4], [[1, 2, 1, 2], [2, 4, 2, 4]])
    np.testing.assert_array_equal(y[-1], [1, 2, 1, 2, 1, 2, 1, 1])
    assert set(y.ravel()) == {1, 2, 4}


@pytest.mark.parametrize("k, count", [(2, 1), (4, 4)], ids=str)
def test_stamps_of_a_multiple_overlap_evenly(k, count):
    layer = ConvTranspose(1, kernel_size=k, bias=False)
    layer.conv.weight.set_value(np.ones((1, 1, k, k), "float32"))
    y = layer(paddle.ones([1, 1, 4, 4])).numpy()[0, 0]
    assert (y[1:-1, 1:-1] == count).all()


@pytest.mark.parametrize("groups", [1, 4])
def test_starts_as_pytorch_does(rng, groups):
    layer = ConvTranspose(64, 32, kernel_size=4, groups=groups)
    bound = (32 // groups * 16) ** -0.5
    weight = layer.conv.weight.numpy()
    for values in (weight, layer.conv.bias.numpy()):
        assert np.abs(values).max() <= bound
        assert np.abs(values).max() > 0.8 * bound
    assert weight.std() == pytest.approx(bound / 3**0.5, rel=0.03)


@pytest.mark.parametrize("size", [(7, 9), (9, 11), (8, 10)], ids=str)
def test_size_crops_or_repeats(rng, size):
    layer = ConvTranspose(2)
    x = paddle.to_tensor(rng.normal(size=(1, 2, 4, 5)).astype("float32"))
    y = layer(x).numpy()
    rows = np.minimum(np.arange(size[0]), 7)
    columns = np.minimum(np.arange(size[1]), 9)
    fitted = layer(x, size=size).numpy()
    np.testing.assert_array_equal(fitted, y[:, :, rows][..., columns])


@pytest.mark.parametrize("options, text", [
    ({"scale": 3, "kernel_size": 2}, "must be an integer of at least 3, not 2"),
    ({"init": "bilinaer"}, "unknown init 'bilinaer'; did you mean 'bilinear'"),
    ({"groups": 3}, "groups=3 must divide in_channels=4 and out_channels=4"),
    ({"init": "bilinear"}, "needs kernel_size=4, equal .* not kernel_size=2"),
    ({"init": "bilinear", "kernel_size": 4, "out_channels": 2}, "channels 4 -> 2"),
    ({"init": "bilinear", "kernel_size": 4, "groups": 2}, "groups 1 or 4, .*groups=2"),
    ({"init": "bilinear", "kernel_size": 4, "scale": 3}, "needs kernel_size=5"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"conv_transpose: .*{text}"):
        ConvTranspose(4, **options)
