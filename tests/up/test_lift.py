import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import LiFT
from tests.reference import convolution


def by_loops(x, guide, weights, patch_size):
    """LiFT in evaluation, from the weights by their released names."""

    def conv_norm(x, name, index, stride, bias=True):
        weight = weights[f"{name}.{index}.weight"]
        b = weights[f"{name}.{index}.bias"] if bias else np.zeros(len(weight))
        y = convolution.conv(x, weight, b, stride, padding=1)
        norm = f"{name}.{index + 1}"
        mean, variance, gain, shift = (
            weights[f"{norm}.{key}"][:, None, None]
            for key in ("_mean", "_variance", "weight", "bias")
        )
        return np.maximum((y - mean) / np.sqrt(variance + 1e-5) * gain + shift, 0)

    strides = {2: (1, 1), 4: (2, 1), 8: (2, 2), 16: (2, 2)}[patch_size]
    fine = conv_norm(guide, "image_convs_1", 0, strides[0])
    fine = conv_norm(fine, "image_convs_1", 3, strides[1])
    if patch_size == 16:
        n, c, h, w = fine.shape
        fine = fine.reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))
    sides = [2 * n for n in x.shape[2:]]
    wanted = fine.shape[2:]
    rows, columns = (np.minimum(np.arange(n), m - 1) for n, m in zip(sides, wanted))
    fine = fine[:, :, rows][..., columns]
    coarse = conv_norm(fine, "image_convs_2", 0, 2)
    y = convolution.conv_transpose(
        np.concatenate([x, coarse], 1), weights["up1.up.weight"],
        weights["up1.up.bias"], 2, 0,
    )  # fmt: skip
    y = np.concatenate([y, fine], 1)
    y = conv_norm(y, "up1.conv_1.double_conv", 0, 1, bias=False)
    y = conv_norm(y, "up1.conv_1.double_conv", 3, 1, bias=False)
    y = convolution.conv(y, weights["outc.weight"], weights["outc.bias"])
    rows, columns = (np.minimum(np.arange(n), m - 1) for n, m in zip(wanted, sides))
    return y[:, :, rows][..., columns]


def shaken(rng, layer):
    """In evaluation, with norms that do something."""
    for value in layer.state_dict().values():
        if value.ndim == 1:
            more = rng.uniform(0, 0.5, size=value.shape)
            value.set_value((value.numpy() + more).astype("float32"))
    layer.eval()
    return layer


@pytest.mark.parametrize("patch_size, fine", [
    (2, (6, 8)), (2, (7, 7)), (4, (11, 16)), (8, (24, 32)), (16, (48, 64)),
], ids=str)  # fmt: skip
def test_equals_loops(rng, patch_size, fine):
    layer = shaken(rng, LiFT(5, guide_channels=3, patch_size=patch_size))
    x = rng.normal(size=(2, 5, 3, 4)).astype("float32")
    guide = rng.normal(size=(2, 3, *fine)).astype("float32")
    y = layer(paddle.to_tensor(x), guide=paddle.to_tensor(guide)).numpy()
    weights = {n: p.numpy() for n, p in layer.state_dict().items()}
    expected = by_loops(x, guide, weights, patch_size)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


def test_gradient(rng, check_gradient):
    layer = shaken(rng, LiFT(2, guide_channels=2))
    layer.to(dtype="float64")
    x, guide = rng.normal(size=(1, 2, 2, 2)), rng.normal(size=(1, 2, 4, 4))
    check_gradient(lambda x, guide: layer(x, guide=guide), x, guide)


@pytest.mark.parametrize("channels, published", [
    (256, 569_360), (384, 1_187_280), (768, 4_417_296),
])  # fmt: skip
def test_parameters_of_the_released_module(channels, published):
    found = cost({"name": "lift", "patch_size": 8}, channels, (4, 4), guide_channels=3)
    assert found.parameters == published


@pytest.mark.parametrize("patch_size, image", [
    (2, 4 * 864 + 4 * 9_216), (4, 4 * 864 + 4 * 9_216), (8, 16 * 864 + 4 * 9_216),
    (16, 64 * 864 + 16 * 9_216),
])  # fmt: skip
def test_cost(patch_size, image):
    spec = {"name": "lift", "patch_size": patch_size}
    found = cost(spec, 8, (5, 6), guide_channels=3)
    decoder = 4 * (40 * 20 + 9 * 52 * 4 + 9 * 4 * 4 + 4 * 8)
    assert found.macs == 30 * (decoder + image + 9_216)


def test_starts_as_pytorch_does():
    layer = LiFT(32, guide_channels=3)
    for conv, fan_in in (
        (layer.image_convs_1[3], 288),
        (layer.up1.up, 32 * 4),
        (layer.up1.conv_1.double_conv[0], 64 * 9),
        (layer.outc, 16),
    ):
        weight, bound = conv.weight.numpy(), fan_in**-0.5
        assert 0.9 * bound < np.abs(weight).max() <= bound
        assert weight.std() == pytest.approx(bound / 3**0.5, rel=0.1)


@pytest.mark.parametrize("given, text", [
    ({}, "called without a guide"),
    ({"guide": (3, 8, 8)}, "the guide has 3 channels, but the layer was built with"),
    ({"guide": (2, 6, 8)}, "the guide is 6x8, but for x of 4x4 and scale 2"),
    ({"guide": (2, 8, 8), "size": (7, 8)}, r"size=\(7, 8\) differs from the guide's"),
], ids=["guide", "channels", "far", "size"])  # fmt: skip
def test_error_names_the_remedy(given, text):
    if "guide" in given:
        given = {**given, "guide": paddle.ones([1, *given["guide"]])}
    with pytest.raises(UsageError, match=f"lift: {text}"):
        LiFT(2)(paddle.ones([1, 2, 4, 4]), **given)


def test_error_of_a_patch_size():
    with pytest.raises(UsageError, match="lift: patch_size must be 2, 4, 8 or 16, not"):
        LiFT(2, patch_size=14)
