import math

import numpy as np
import paddle
import pytest
from scipy import special

from paddle_resample import UsageError, cost, load_official
from paddle_resample.blocks.rfd import DRFD, SRFD
from paddle_resample.down import RFD
from tests.contract.sites import trainable
from tests.reference import convolution, yolo


def grouped(conv, x, stride=1):
    """A convolution of the layer, group by group."""
    weight, bias = conv.weight.numpy(), conv.bias.numpy()
    groups = x.shape[1] // weight.shape[1]
    parts = zip(*(np.split(part, groups, 1 - i) for i, part in enumerate((x, weight))))
    pad = weight.shape[-1] // 2
    none = np.zeros(len(weight) // groups)
    y = [convolution.conv(p, w, none, stride, pad) for p, w in parts]
    return np.concatenate(y, 1) + bias.reshape([1, -1, 1, 1])


def norm(layer, x):
    weight, bias, mean, variance = (
        v.numpy().reshape([1, -1, 1, 1])
        for v in (layer.weight, layer.bias, layer._mean, layer._variance)
    )
    return (x - mean) / np.sqrt(variance + 1e-5) * weight + bias


def cut(layer, x):
    corners = [(0, 0), (1, 0), (0, 1), (1, 1)]
    cells = np.concatenate([x[:, :, i::2, j::2] for i, j in corners], 1)
    return norm(layer.batch_norm, grouped(layer.conv_fusion, cells))


def maximum(x):
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))


def drfd(block, x):
    f = grouped(block.conv, x)
    half = grouped(block.conv_x, f, 2)
    half = norm(block.batch_norm_x, half * special.ndtr(half))
    largest = norm(block.batch_norm_m, maximum(f))
    return grouped(
        block.fusion, np.concatenate([cut(block.cut_c, x), half, largest], 1)
    )


def srfd(block, x):
    x = grouped(block.conv_init, x)
    half = norm(
        block.batch_norm_x1, grouped(block.conv_x1, grouped(block.conv_1, x), 2)
    )
    x = grouped(block.fusion1, np.concatenate([half, cut(block.cut_c, x)], 1))
    f = grouped(block.conv_2, x)
    half = norm(block.batch_norm_x2, grouped(block.conv_x2, f, 2))
    largest = norm(block.batch_norm_m, maximum(f))
    return grouped(
        block.fusion2, np.concatenate([half, cut(block.cut_r, x), largest], 1)
    )


@pytest.mark.parametrize("scale, loops, channels", [
    (2, drfd, (3, 6)),
    (2, drfd, (4, 6)),  # in two groups
    (4, srfd, (3, 8)),
    (4, srfd, (2, 11)),  # two channels to five, five to eleven
], ids=lambda value: getattr(value, "__name__", str(value)))  # fmt: skip
@pytest.mark.parametrize("size", [(8, 12), (7, 9)], ids=str)
def test_equals_loops(rng, scale, loops, channels, size):
    layer = yolo.shake(rng, RFD(*channels, scale=scale))
    x = rng.normal(size=(2, channels[0], *size)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    ends = [(0, -n % scale) for n in size]
    expected = loops(layer.block, np.pad(x, [(0, 0), (0, 0), *ends], "edge"))
    assert y.shape[1:] == (channels[1], *(math.ceil(n / scale) for n in size))
    bound = 1e-5 * np.abs(expected).max()
    np.testing.assert_allclose(y, expected, rtol=0, atol=bound)


@pytest.mark.parametrize("scale", [2, 4])
def test_gradient(rng, check_gradient, scale):
    layer = yolo.shake(rng, RFD(2, 4, scale=scale))
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 2, 5, 8)))


def test_official_weights_fit_the_module_and_the_layer(rng):
    for scale, module in ((2, DRFD), (4, SRFD)):
        block = yolo.shake(rng, module(4, 8))
        state = {name: value.numpy() for name, value in block.state_dict().items()}
        layer = RFD(4, 8, scale=scale)
        assert len(load_official(layer, state)) == len(state)
        layer.eval()
        x = paddle.to_tensor(rng.normal(size=(1, 4, 8, 8)).astype("float32"))
        np.testing.assert_array_equal(layer(x).numpy(), block(x).numpy())


@pytest.mark.parametrize("scale, channels, parameters", [
    (2, (96, 192), 189_696),
    (4, (3, 96), 62_784),
    (4, (3, 8), 1_008),
    (2, (8, 12), None),
    (4, (5, 10), None),
])  # fmt: skip
def test_cost(scale, channels, parameters):
    spec = {"name": "rfd", "scale": scale}
    found = cost(spec, channels[0], (7, 12), channels[1])
    counted = sum(p.size for p in trainable(RFD(*channels, scale=scale)))
    assert found.parameters == counted == (parameters or counted)


def test_macs_are_those_of_every_convolution():
    c, d = 4, 8
    found = cost("rfd", c, (7, 12), d)
    assert found.macs == 8 * 12 * 9 * d + 4 * 6 * (4 * c * d + 9 * d + 3 * d * d)
    q, t = d // 4, d // 2
    found = cost({"name": "rfd", "scale": 4}, c, (7, 12), d)
    fine, half, coarse = 8 * 12, 4 * 6, 2 * 3
    assert found.macs == (
        fine * (49 * c * q + 9 * t)
        + half * (4 * q * t + 9 * t + d * t + 9 * d)
        + coarse * (9 * d + 4 * t * d + 3 * d * d)
    )


def test_error_names_the_remedy():
    with pytest.raises(
        UsageError, match="rfd: with scale 4 out_channels must be at le"
    ):
        RFD(8, 3, scale=4)
