import numpy as np
import paddle
import paddle.nn.functional as F
import pytest

from paddle_resample import UsageError, load_official, resampler_class
from paddle_resample.seg.nets import EMCADDecoder, ResampleEMCAD
from paddle_resample.seg.nets.emcad_blocks import AttentionGate, MultiScaleConv
from tests.seg.nets.network_checks import (
    assert_every_parameter_gets_gradient,
    assert_exports,
    image,
    trainable,
)
from tests.seg.nets.toy_backbone import ToyBackbone

CHANNELS = (4, 8, 12, 16)


def small(**options):
    return ResampleEMCAD(3, ToyBackbone(CHANNELS), **{"expansion": 2, **options})


def shake(rng, layer):
    """Other weights and statistics, so that no initialization hides anything."""
    for p in layer.state_dict().values():
        value = p.numpy() + 0.3 * np.abs(rng.normal(size=p.shape))
        p.set_value(np.asarray(value, "float32"))
    layer.eval()
    return layer


def test_parameters_of_the_published_decoder():
    assert trainable(EMCADDecoder([64, 128, 320, 512])) == 5_169_835


def depthwise(layer, y):
    conv, norm, act = layer
    pad = conv.weight.shape[-1] // 2
    y = F.conv2d(y, conv.weight, padding=pad, groups=y.shape[1])
    return act(norm(y))


def test_block_equals_the_paper_written_out(rng):
    """One level: channel attention, spatial attention, multi-scale convolution."""
    net = shake(rng, EMCADDecoder([4, 6], kernel_sizes=(1, 3), expansion=2))
    x = image(rng, 3, 5, channels=6)
    fc1, fc2 = net.cab[1].fc1.weight, net.cab[1].fc2.weight

    def hidden(pooled):
        return F.conv2d(F.relu(F.conv2d(pooled, fc1)), fc2)

    axes = {"axis": [2, 3], "keepdim": True}
    y = x * F.sigmoid(hidden(x.mean(**axes)) + hidden(paddle.max(x, **axes)))
    flat = [y.mean(axis=1, keepdim=True), paddle.max(y, axis=1, keepdim=True)]
    weight = net.sab.conv.weight
    y = y * F.sigmoid(F.conv2d(paddle.concat(flat, axis=1), weight, padding=3))
    block = net.mscb[1]
    wide = block.pconv1(y)
    z = sum(depthwise(layer, wide) for layer in block.dwconvs).numpy()
    # 12 channels in gcd(12, 6) = 6 groups of 2: all first ones, then all second ones.
    shuffled = paddle.to_tensor(z[:, [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]])
    expected = y + block.pconv2(shuffled)
    maps = [image(rng, 6, 10, channels=4), x]
    got = net(maps)[1]
    scale = np.abs(expected.numpy()).max()
    np.testing.assert_allclose(got.numpy(), expected.numpy(), atol=1e-5 * scale)


def test_convolutions_one_after_the_other(rng):
    """Each reads the input of the one before it plus its result; shuffled where they
    are concatenated: 12 channels in gcd(12, 4) = 4 groups of 3."""
    block = MultiScaleConv(4, (1, 3, 5), 1, False, False, "relu")
    block = shake(rng, block)
    x = image(rng, 4, 5, channels=4)
    y = block.pconv1(x)
    a = depthwise(block.dwconvs[0], y)
    b = depthwise(block.dwconvs[1], y + a)
    c = depthwise(block.dwconvs[2], y + a + b)
    z = paddle.concat([a, b, c], axis=1).numpy()
    z = z[:, [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]]
    expected = (x + block.pconv2(paddle.to_tensor(z))).numpy()
    got = block(x).numpy()
    np.testing.assert_allclose(got, expected, atol=1e-5 * np.abs(expected).max())


def test_levels_are_enlarged_gated_and_added(rng):
    net = shake(rng, EMCADDecoder([4, 6], expansion=1, upsample="nearest"))
    maps = [image(rng, 6, 10, channels=4), image(rng, 3, 5, channels=6)]
    fine, coarse = net(maps)
    up = F.interpolate(net.up[0].project(coarse), scale_factor=2, mode="nearest")
    gate = net.gate[0]
    weight = gate.psi(F.relu(gate.W_g(up) + gate.W_x(maps[0])))
    y = up + maps[0] * weight
    y = y * net.cab[0](y)
    y = net.mscb[0](y * net.sab(y))
    scale = np.abs(y.numpy()).max()
    np.testing.assert_allclose(fine.numpy(), y.numpy(), atol=1e-5 * scale)


def test_a_gate_of_1x1_is_not_grouped():
    assert AttentionGate(8, 1).W_g[0].weight.shape == [4, 8, 1, 1]
    assert AttentionGate(8, 3).W_g[0].weight.shape == [4, 2, 3, 3]


def released_name(name):
    """The inverse of `official_name`, written from the released names."""
    kind, number, *rest = name.split(".")
    if kind == "sab":
        return name
    kind = {"gate": "lgag", "up": "eucb"}.get(kind, kind)
    stem = f"{kind}{int(number) + 1}"
    rest = [
        {"_mean": "running_mean", "_variance": "running_var"}.get(r, r) for r in rest
    ]
    rest = ["weight" if r == "_weight" else r for r in rest]
    if kind == "mscb":
        stem += ".0"
        rest = ["msdc", *rest] if rest[0] == "dwconvs" else rest
    return ".".join([stem, *rest])


def test_released_weights_fit_with_prelu(rng):
    options = {"upsample": {"name": "eucb", "activation": "prelu"}, "expansion": 2}
    one = shake(rng, EMCADDecoder([4, 6, 16], activation="prelu", **options))
    state = {released_name(k): p.numpy() for k, p in one.state_dict().items()}
    assert "mscb3.0.msdc.dwconvs.0.2.weight" in state
    other = EMCADDecoder([4, 6, 16], activation="prelu", **options)
    load_official(other, state)
    other.eval()
    maps = [
        image(rng, 16 // s, 8 // s, channels=c) for c, s in ((4, 1), (6, 2), (16, 4))
    ]
    for a, b in zip(one(maps), other(maps)):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize("up", ["eucb", "conv_transpose", "fade", "sapa_b", "flow"])
@pytest.mark.parametrize("size", [(97, 131), (32, 32)], ids=str)
def test_any_operator_on_any_size(rng, up, size):
    net = small(upsample=up, upsample_logits="pixel_shuffle")
    found = [getattr(layer, "upsample", layer) for layer in net.decoder.up]
    assert all(isinstance(layer, resampler_class(up)) for layer in found)
    assert list(net(image(rng, *size))[0].shape) == [1, 3, *size]
    assert_every_parameter_gets_gradient(net, image(rng, *size))


def test_each_site_its_own():
    net = small(upsample=["eucb", "conv_transpose", "nearest"])
    kinds = [getattr(layer, "upsample", layer).name for layer in net.decoder.up]
    assert kinds == ["nearest", "conv_transpose", "eucb"]


def test_auxiliary_logits_while_training(rng):
    net = small(enable_auxiliary_loss=True)
    x = image(rng, 40, 56, batch=2)
    net.train()
    assert [list(y.shape) for y in net(x)] == [[2, 3, 40, 56]] * 4
    assert_every_parameter_gets_gradient(net, x)
    net.eval()
    assert len(net(x)) == 1


def test_levels_of_one_size(rng):
    net = ResampleEMCAD(3, ToyBackbone(CHANNELS, (4, 8, 8, 8)), expansion=1)
    assert [up.scale for up in net.decoder.up] == [2, 1, 1]
    assert list(net(image(rng, 50, 60))[0].shape) == [1, 3, 50, 60]


@pytest.mark.parametrize("options, text", [
    ({"activation": "relu7"}, "unknown activation 'relu7'; did you mean 'relu'"),
    ({"kernel_sizes": (2,)}, "kernel_sizes must be an odd positive integer, not 2"),
    ({"gate_kernel": 2}, "gate_kernel must be an odd positive integer, not 2"),
    ({"expansion": 0.1}, r"expansion that leaves some, not \[4, 8, 12, 16\] and 0.1"),
    ({"backbone_indices": (3,)}, r"two or more maps are needed"),
    ({"upsample": {"level_3": "eucb"}}, "'level_3' is no site; did you mean"),
    ({"upsample": "max_unpool"}, r"max_unpool: needs .*\(at upsample.level_"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=text) as error:
        small(**options)
    assert "\n" not in str(error.value)


def test_odd_channels_are_refused():
    with pytest.raises(UsageError, match=r"even number of channels .* not \[5, 6\]"):
        EMCADDecoder([5, 6])


@pytest.mark.parametrize("up", ["eucb", "carafe"])
def test_exports_with_free_sizes(rng, tmp_path, up):
    net = small(upsample=up, enable_auxiliary_loss=True)
    assert_exports(net, rng, tmp_path, [(97, 131), (64, 64), (40, 33)])
