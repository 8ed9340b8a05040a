import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import PixelUnshuffle, SPDConv
from tests.reference import convolution, patch


@pytest.mark.parametrize("scale, k", [(1, 3), (2, 3), (2, 1), (3, 3)])
@pytest.mark.parametrize("size", [(6, 12), (7, 11)], ids=str)
def test_equals_loops(rng, size, scale, k):
    layer = SPDConv(3, 5, scale=scale, kernel_size=k)
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    added = [(0, -n % scale) for n in size]
    x = np.pad(x, [(0, 0), (0, 0), *added], "edge")
    cells = np.moveaxis(patch.merge_cells(np.moveaxis(x, 1, -1), scale), -1, 1)
    weight, bias = layer.conv.weight.numpy(), layer.conv.bias.numpy()
    expected = convolution.conv(cells, weight, bias, padding=k // 2)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


def test_one_by_one_is_a_convolution_of_kernel_and_stride_two(rng):
    layer = SPDConv(3, 5, kernel_size=1)
    x = rng.normal(size=(1, 3, 6, 8)).astype("float32")
    # [D, (column, row, C)] -> [D, C, row, column]
    weight = layer.conv.weight.numpy().reshape(5, 2, 2, 3).transpose(0, 3, 2, 1)
    expected = convolution.conv(x, weight, layer.conv.bias.numpy(), stride=2)
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


def test_channels_stand_otherwise_than_in_pixel_unshuffle(rng):
    spd, shuffle = SPDConv(2, 4, kernel_size=1), PixelUnshuffle(2, 4)
    shuffle.conv.weight.set_value(spd.conv.weight)
    shuffle.conv.bias.set_value(spd.conv.bias)
    x = paddle.to_tensor(rng.normal(size=(1, 2, 4, 4)).astype("float32"))
    assert (spd(x) - shuffle(x)).abs().sum().item() > 0.1
    # (column, row, C) -> (C, row, column)
    weight = spd.conv.weight.numpy().reshape(4, 2, 2, 2).transpose(0, 3, 2, 1)
    shuffle.conv.weight.set_value(weight.reshape(4, 8, 1, 1))
    np.testing.assert_allclose(spd(x).numpy(), shuffle(x).numpy(), atol=1e-6)


@pytest.mark.parametrize("bias", [True, False])
def test_cost(bias):
    found = cost({"name": "spd_conv", "bias": bias}, 8, (9, 12), 6)
    assert found.parameters == 4 * 9 * 8 * 6 + bias * 6
    assert found.macs == 4 * 9 * 8 * 6 * 5 * 6
    layer = SPDConv(8, 6, bias=bias)
    assert sum(p.size for p in layer.parameters()) == found.parameters


def test_starts_as_pytorch_does():
    layer = SPDConv(32)
    bound = (4 * 9 * 32) ** -0.5
    assert 0.9 * bound < np.abs(layer.conv.weight.numpy()).max() <= bound


def test_error_names_the_remedy():
    with pytest.raises(
        UsageError, match="spd_conv: kernel_size must be an odd positive integer, not 2"
    ):
        SPDConv(4, kernel_size=2)
