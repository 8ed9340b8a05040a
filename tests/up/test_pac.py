import numpy as np
import paddle
import paddle.nn.functional as F
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import PAC


def loops(layer, x, guide, scale, padding):
    """Pixel by pixel, tap by tap, on the map with zeros between its pixels."""
    weight = layer.weight.numpy().astype(float)
    k = weight.shape[-1]
    n, channels, h, w = x.shape
    first = k - 1 - padding
    stuffed = np.zeros([n, channels, h * scale + 2 * k, w * scale + 2 * k])
    there = np.zeros(stuffed.shape[2:])
    rows, columns = (slice(first, first + m * scale, scale) for m in (h, w))
    stuffed[:, :, rows, columns], there[rows, columns] = x, 1
    wide = np.pad(guide, [(0, 0), (0, 0), (k // 2, k // 2), (k // 2, k // 2)])
    middle = guide
    if layer.smooth:
        ones = np.pad(guide, [(0, 0), (0, 0), (1, 1), (1, 1)])
        binomial = np.outer([1, 2, 1], [1, 2, 1]) / 16
        middle = sum(
            binomial[r, c] * ones[:, :, r : r + h * scale, c : c + w * scale]
            for r, c in np.ndindex(3, 3)
        )
    out = channels if weight.shape[0] == 1 else weight.shape[1]
    y = np.zeros([n, out, h * scale, w * scale])
    for row, column in np.ndindex(*y.shape[2:]):
        total = np.zeros([n, out])
        norm = np.zeros([n, 1])
        for u, v in np.ndindex(k, k):
            off = wide[:, :, row + u, column + v] - middle[:, :, row, column]
            off = np.maximum(off, 0) if layer.asymmetric else off
            square = (off**2).sum(1, keepdims=True)
            kernel = np.exp(-square / 2)
            if layer.inv_alpha is not None:
                power = layer.inv_lambda.item() / 2
                kernel = layer.inv_alpha.item() + (square + 1e-4) ** power
            norm += kernel * there[row + u, column + v]
            value = stuffed[:, :, row + u, column + v] * kernel
            if weight.shape[0] == 1:
                total += weight[0, 0, u, v] * value
            else:
                total += value @ weight[:, :, u, v]
        y[:, :, row, column] = total / np.where(norm == 0, 1, norm) ** layer.normalize
    return y + layer.bias.numpy()[:, None, None]


@pytest.mark.parametrize("options", [
    {},
    {"kernel_size": 3, "scale": 3},
    {"kernel_size": 1},
    {"kernel_size": 3, "scale": 4, "normalize": True},
    {"kernel": "inverse"},
    {"asymmetric": True, "normalize": True},
    {"smooth": True, "padding": 1},
    {"out_channels": 2, "shared": True, "normalize": True},
], ids=str)  # fmt: skip
def test_equals_loops(rng, options):
    options = {"out_channels": 3, **options}
    layer = PAC(2, guide_channels=4, **options)
    scale = options.get("scale", 2)
    x = rng.normal(size=(2, 2, 3, 4)).astype("float32")
    guide = 0.5 * rng.normal(size=(2, 4, 3 * scale, 4 * scale)).astype("float32")
    y = layer(paddle.to_tensor(x), guide=paddle.to_tensor(guide)).numpy()
    expected = loops(layer, x, guide, scale, layer.padding)
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-5)


def test_of_a_constant_guide_is_a_transposed_convolution(rng):
    layer = PAC(3, 2, guide_channels=1)
    x = paddle.to_tensor(rng.normal(size=(1, 3, 4, 5)).astype("float32"))
    y = layer(x, guide=paddle.zeros([1, 1, 8, 10]))
    expected = F.conv2d_transpose(
        x, layer.weight.flip([2, 3]), layer.bias, stride=2, padding=2, output_padding=1
    )
    np.testing.assert_allclose(y.numpy(), expected.numpy(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("normalize", [False, True])
def test_linear_start_interpolates_inside(normalize):
    layer = PAC(1, guide_channels=1, init="linear", normalize=normalize)
    x = paddle.to_tensor([[[[1.0, 5.0, 3.0]] * 3]])
    y = layer(x, guide=paddle.zeros([1, 1, 6, 6])).numpy()
    np.testing.assert_allclose(y[0, 0, 2, 1:4], [3, 5, 4], rtol=0, atol=1e-6)


def test_gradient(rng, check_gradient):
    layer = PAC(2, guide_channels=2, kernel_size=3, normalize=True)
    layer.to(dtype="float64")
    guide = paddle.to_tensor(rng.normal(size=(1, 2, 6, 8)))
    check_gradient(lambda x: layer(x, guide=guide), rng.normal(size=(1, 2, 3, 4)))


@pytest.mark.parametrize("options, more", [
    ({}, 0), ({"shared": True}, 0), ({"kernel": "inverse"}, 2),
    ({"kernel": "inverse", "fixed": True}, 0), ({"bias": False}, 0),
], ids=str)  # fmt: skip
def test_cost(options, more):
    layer = PAC(8, guide_channels=3, **options)
    counted = sum(p.size for p in layer.parameters() if not p.stop_gradient)
    assert cost({"name": "pac", **options}, 8, 4, 8, 3).parameters == counted


def test_errors_name_the_remedy():
    with pytest.raises(UsageError, match="shared needs equal channels, not 4 and 2"):
        PAC(4, 2, shared=True)
    with pytest.raises(UsageError, match="padding=5 must be below kernel_size=5"):
        PAC(4, padding=5)
    with pytest.raises(UsageError, match="unknown kernel 'gauss'; did you mean 'ga"):
        PAC(4, kernel="gauss")
