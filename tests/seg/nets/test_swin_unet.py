from pathlib import Path

import numpy as np
import paddle
import paddle.nn as nn
import paddle.nn.functional as F
import pytest
from paddleseg.cvlibs import Config, SegBuilder
from paddleseg.models.backbones.swin_transformer import SwinTransformer

from paddle_resample import (
    Downsampler,
    Upsampler,
    UsageError,
    load_official,
    resampler_class,
    resampler_names,
)
from paddle_resample.seg.nets import ResampleSwinUNet
from tests.seg.nets.network_checks import assert_exports, image, shake, trainable

CONFIGS = Path(__file__).parents[3] / "configs" / "swin_unet"
TINY = {
    "img_size": 64,
    "embed_dim": 8,
    "depths": [2, 1, 1],
    "num_heads": [1, 2, 4],
    "window_size": 3,
}
UPS = [n for n in resampler_names(Upsampler) if resampler_class(n).needs_side is None]
SIDES = [
    (down, up)
    for down in resampler_names(Downsampler)
    for up in resampler_names(Upsampler)
    if resampler_class(up).needs_side
    and resampler_class(up).needs_side == resampler_class(down).gives_side
]


def tiny(**options):
    return ResampleSwinUNet(2, **{**TINY, **options})


# The published network


def test_parameters_of_the_published_network():
    net = ResampleSwinUNet(9)
    assert trainable(net) == 27_168_900
    encoder = sum(trainable(part) for part in (net.patch_embed, net.layers, net.norm))
    assert encoder == 20_413_386
    merges = [trainable(stage.downsample) for stage in list(net.layers)[:-1]]
    assert merges == [74_496, 296_448, 1_182_720]
    first, *stages = net.layers_up
    expands = [trainable(first)] + [trainable(s.upsample) for s in stages[:-1]]
    assert expands == [1_180_416, 295_296, 73_920]
    assert trainable(net.up) == 147_648
    assert trainable(net.concat_back_dim) == 387_744


def test_windows_of_the_published_network():
    """The coarsest map is one window, so that its second block does not shift."""
    net = ResampleSwinUNet(2, embed_dim=24)
    blocks = [[(b.window, b.shift) for b in stage.blocks] for stage in net.layers]
    assert blocks == [[(7, 0), (7, 3)]] * 3 + [[(7, 0), (7, 0)]]
    blocks = [[(b.window, b.shift) for b in s.blocks] for s in net.layers_up[1:]]
    assert blocks == [[(7, 0), (7, 3)]] * 3


@pytest.mark.parametrize("size, expected", [
    (224, [(7, 3), (7, 3), (7, 3), (7, 0)]),
    (128, [(7, 3), (7, 3), (7, 3), (4, 0)]),
    ((97, 300), [(7, 3), (7, 3), (7, 0), (4, 0)]),
], ids=str)  # fmt: skip
def test_windows_of_other_images(size, expected):
    net = ResampleSwinUNet(2, embed_dim=24, img_size=size, drop_path_rate=0.0)
    assert [(s.blocks[0].window, s.blocks[1].shift) for s in net.layers] == expected


def test_depth_drops_rise_and_are_mirrored():
    net = ResampleSwinUNet(2, embed_dim=24, drop_path_rate=0.7)
    rates = [[b.drop_path.drop_prob for b in stage.blocks] for stage in net.layers]
    expected = [[0.0, 0.1], [0.2, 0.3], [0.4, 0.5], [0.6, 0.7]]
    np.testing.assert_allclose(rates, expected, atol=1e-9)
    up = [[b.drop_path.drop_prob for b in s.blocks] for s in net.layers_up[1:]]
    np.testing.assert_allclose(up, expected[2::-1], atol=1e-9)


def test_linear_layers_start_as_published():
    net = ResampleSwinUNet(2, embed_dim=48, upsample=["patch_expand"] * 3)
    for layer in (
        net.layers[3].blocks[0].attn.qkv,
        net.layers[3].blocks[0].mlp.fc1,
        net.layers[2].downsample.reduction,
        net.layers_up[0].expand,
        net.concat_back_dim[1],
    ):
        spread = float(layer.weight.std())
        assert 0.019 < spread < 0.021, spread
        assert layer.bias is None or not layer.bias.numpy().any()


def test_the_names_are_the_published_ones():
    names = set(tiny().state_dict())
    for name in (
        "patch_embed.proj.weight",
        "patch_embed.norm.bias",
        "layers.0.blocks.1.norm1.weight",
        "layers.0.blocks.1.attn.relative_position_bias_table",
        "layers.2.blocks.0.attn.qkv.bias",
        "layers.2.blocks.0.attn.proj.weight",
        "layers.1.blocks.0.mlp.fc1.weight",
        "layers.1.blocks.0.mlp.fc2.weight",
        "layers.1.downsample.reduction.weight",
        "layers.1.downsample.norm.weight",
        "norm.weight",
        "layers_up.0.expand.weight",
        "layers_up.0.norm.weight",
        "layers_up.1.blocks.0.norm2.weight",
        "layers_up.1.upsample.expand.weight",
        "layers_up.1.upsample.norm.weight",
        "concat_back_dim.1.weight",
        "concat_back_dim.2.bias",
        "norm_up.bias",
        "up.expand.weight",
        "up.norm.weight",
        "output.weight",
    ):
        assert name in names
    assert not any(n.startswith("concat_back_dim.0") for n in names)
    assert not any("layers_up.2.upsample" in n or "output.bias" in n for n in names)


def test_loads_an_official_state(rng):
    """PyTorch's layout, with the constants that the official state also holds."""
    net, other = shake(rng, tiny()), tiny()
    owners = dict(net.named_sublayers())
    state = {"layers.0.blocks.1.attn_mask": np.zeros((16, 9, 9))}
    for name, value in net.state_dict().items():
        linear = isinstance(owners[name.rpartition(".")[0]], nn.Linear)
        state[name] = value.numpy().T if linear else value.numpy()
        if name.endswith("bias_table"):
            state[name.replace("bias_table", "index")] = np.zeros((9, 9))
    load_official(other, state)
    x = image(rng, 37, 50)
    net.eval(), other.eval()
    np.testing.assert_array_equal(net(x)[0].numpy(), other(x)[0].numpy())


def test_encoder_equals_paddleseg_on_odd_sizes(rng):
    """PaddleSeg's Swin, with one norm more than Swin-Unet, given the same weights."""
    given = {"embed_dim": 8, "depths": [2, 2, 1, 2], "num_heads": [1, 2, 2, 4]}
    theirs = SwinTransformer(window_size=3, drop_path_rate=0.0, **given)
    ours = ResampleSwinUNet(2, img_size=512, window_size=3, **given)
    shake(rng, ours)
    state = {n: v for n, v in ours.state_dict().items() if n.startswith(("l", "pat"))}
    state.update({f"norm3.{n}": v for n, v in ours.norm.state_dict().items()})
    missing, _ = theirs.set_state_dict({**theirs.state_dict(), **state})
    assert not missing
    ours.eval(), theirs.eval()
    seen = []
    hook = ours.norm.register_forward_post_hook(lambda *a: seen.append(a[2]))
    x = image(rng, 97, 131)
    ours(x)
    hook.remove()
    expected = theirs(x)[3].numpy()
    assert expected.shape == (1, 64, 4, 5)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(seen[0].numpy() / scale, expected / scale, atol=1e-5)


def test_equals_the_diagram_written_out(rng):
    """Three stages by hand: decoder first in every concatenation, then a linear
    layer; the skip is what entered the stage."""
    net = shake(rng, tiny())
    net.eval()

    def last(x):
        return x.transpose([0, 2, 3, 1])

    def first(x):
        return x.transpose([0, 3, 1, 2])

    def run(stage, x):
        x = last(x)
        for block in stage.blocks:
            x = block(x)
        return first(x)

    def join(linear, x, skip):
        both = np.concatenate([last(x).numpy(), last(skip).numpy()], axis=-1)
        y = both @ linear.weight.numpy() + linear.bias.numpy()
        return first(paddle.to_tensor(y))

    def norm(layer, x):
        return first(F.layer_norm(last(x), x.shape[1], layer.weight, layer.bias))

    x = image(rng, 32, 48)
    one = net.patch_embed(x)
    two = net.layers[0].downsample(run(net.layers[0], one))
    three = net.layers[1].downsample(run(net.layers[1], two))
    y = net.layers_up[0](norm(net.norm, run(net.layers[2], three)))
    y = run(net.layers_up[1], join(net.concat_back_dim[1], y, two))
    y = net.layers_up[1].upsample(y)
    y = run(net.layers_up[2], join(net.concat_back_dim[2], y, one))
    expected = net.output(net.up(norm(net.norm_up, y))).numpy()
    np.testing.assert_allclose(net(x)[0].numpy(), expected, rtol=0, atol=2e-5)


# Any size, any operator


def runs(net, rng, *size):
    x = image(rng, *size)
    (logits,) = net(x)
    assert list(logits.shape) == [1, 2, *size]
    assert np.isfinite(logits.numpy()).all()
    (logits**2).sum().backward()
    for name, p in net.named_parameters():
        if not p.stop_gradient:
            assert p.grad is not None, name
            assert np.isfinite(p.grad.numpy()).all(), name
    assert net.patch_embed.proj.weight.grad.numpy().any()


@pytest.mark.parametrize("size", [(97, 131), (16, 16), (33, 64)], ids=str)
def test_any_size_trains(rng, size):
    runs(tiny(drop_path_rate=0.3), rng, *size)


@pytest.mark.parametrize("patch", [1, 2, 8])
def test_other_patches(rng, patch):
    net = tiny(patch_size=patch)
    runs(net, rng, 35, 46)
    assert net.up.scale == patch
    assert net.layers[0].blocks[0].window == 3


@pytest.mark.parametrize("down, up, final", [
    ("strided_conv", "dysample", "bilinear"),
    ("max_pool", "max_unpool", "dysample"),
    ("pixel_unshuffle", "pixel_shuffle", "pixel_shuffle"),
    ("haar", "haar_inverse", "conv_transpose"),
    ("blur_pool", "flow", "jbu"),
    ("patch_merge_v2", "carafe", "carafe"),
    ("patch_merge", "sapa_i", "final_patch_expand"),
])  # fmt: skip
def test_other_operators(rng, down, up, final):
    runs(tiny(downsample=down, upsample=up, final_upsample=final), rng, 37, 50)


@pytest.mark.slow
@pytest.mark.parametrize("down", resampler_names(Downsampler))
def test_every_downsampler(rng, down):
    runs(tiny(downsample=down), rng, 53, 66)


@pytest.mark.slow
@pytest.mark.parametrize("up", UPS)
def test_every_upsampler(rng, up):
    runs(tiny(upsample=up), rng, 53, 66)


@pytest.mark.slow
@pytest.mark.parametrize("down, up", SIDES)
def test_every_pair_with_side_information(rng, down, up):
    runs(tiny(downsample=down, upsample=up), rng, 53, 66)


@pytest.mark.slow
@pytest.mark.parametrize("up", [
    n for n in UPS
    if resampler_class(n).scales is None or 4 in resampler_class(n).scales
])  # fmt: skip
def test_every_final_upsampler(rng, up):
    if resampler_class(up).guide_same_channels:
        with pytest.raises(UsageError, match="the guide must have"):
            tiny(final_upsample=up)
    else:
        runs(tiny(final_upsample=up), rng, 53, 66)


def test_a_spec_for_each_site():
    net = tiny(
        downsample={"level_2": "max_pool", "level_1": "blur_pool"},
        upsample={"name": "bilinear", "level_0": {"name": "dysample", "groups": 8}},
        embed={"name": "overlap_patch_embed", "kernel_size": 5},
    )
    down = [stage.downsample.downsample.name for stage in net.layers[:2]]
    assert down == ["blur_pool", "max_pool"]
    up = [net.layers_up[0].upsample, net.layers_up[1].upsample.upsample]
    assert [layer.name for layer in up] == ["bilinear", "dysample"]
    assert up[1].groups == 8
    assert net.patch_embed.proj.weight.shape[-1] == 5


def test_guides():
    net = tiny(upsample="flow", final_upsample="jbu")
    assert net.layers_up[0].upsample.guide_channels == 16
    assert net.layers_up[1].upsample.upsample.guide_channels == 8
    assert net.up.guide_channels == 3


@pytest.mark.parametrize("given, text", [
    ({"embed_dim": 0}, "ResampleSwinUNet: embed_dim must be a positive integer, not 0"),
    ({"img_size": [64]}, r"ResampleSwinUNet: img_size must be a positive integer, not"),
    ({"num_heads": [1, 2]}, "depths and num_heads each need one number for each of t"),
    ({"num_heads": [3, 2, 2]}, "3 heads do not divide 8 channels"),
    ({"upsample": "patch_merge"}, "'patch_merge' is a downsampler and the site needs"),
    ({"upsample": "max_unpool"}, "max_unpool: needs pool_indices recorded by its down"),
    ({"upsample": {"level_3": "nearest"}}, "'level_3' .*did you mean 'level_1' or"),
    ({"downsample": ["max_pool"]}, "downsample lists 1 specs, but there are 2 sites"),
    ({"final_upsample": "lift"}, "lift: scale 4 is not defined, only 2"),
    ({"final_upsample": "patch_expnd"}, "unknown upsampler 'patch_expnd'; did you"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(given, text):
    with pytest.raises(UsageError, match=text) as error:
        tiny(**given)
    assert "\n" not in str(error.value)


def test_too_small_an_image_is_refused(rng):
    text = "3 stages need images of at least 16x16 pixels, not 15x40"
    with pytest.raises(UsageError, match=text):
        tiny()(image(rng, 15, 40))


# Weights of others


def test_a_swin_backbone_fills_encoder_and_decoder(rng, tmp_path):
    given = {k: TINY[k] for k in ("embed_dim", "num_heads", "window_size")}
    swin = shake(rng, SwinTransformer(depths=[2, 2, 1], out_indices=(2,), **given))
    paddle.save(swin.state_dict(), str(tmp_path / "swin.pdparams"))
    path = str(tmp_path / "swin.pdparams")
    net = tiny(depths=[2, 1, 1], pretrained_encoder=path)
    theirs, ours = swin.state_dict(), net.state_dict()
    assert {n for n in ours if n in theirs} > {"layers.1.downsample.norm.weight"}
    for name, value in ours.items():
        source = name
        if name.startswith("layers_up") and ".blocks." in name:
            number = int(name.split(".")[1])
            source = name.replace(f"layers_up.{number}", f"layers.{2 - number}")
        if source in theirs:
            np.testing.assert_array_equal(value.numpy(), theirs[source].numpy(), name)
        else:
            assert source.startswith(("layers_up", "concat", "norm", "up", "output"))


def test_a_whole_checkpoint_comes_last(rng, tmp_path):
    net = shake(rng, tiny())
    paddle.save(net.state_dict(), str(tmp_path / "net.pdparams"))
    path = str(tmp_path / "net.pdparams")
    other = tiny(pretrained=path)
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), other.state_dict()[name].numpy())


# Through PaddleSeg, and out


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yml")), ids=lambda p: p.stem)
def test_paddleseg_builds_the_configurations(path):
    config = Config(str(path))
    given = config.dic["model"]
    given.pop("pretrained_encoder", None)  # no download in a test
    net = SegBuilder(config).model
    assert type(net) is ResampleSwinUNet
    assert net.output.weight.shape[0] == given["num_classes"]


@pytest.mark.parametrize("options", [
    pytest.param({}, id="published"),
    pytest.param(
        {
            "downsample": "max_pool",
            "upsample": "max_unpool",
            "final_upsample": "dysample",
        },
        id="others",
        marks=pytest.mark.slow,
    ),
])  # fmt: skip
def test_exports_with_free_sizes(rng, tmp_path, options):
    net = shake(rng, tiny(**options))
    assert_exports(net, rng, tmp_path, [(37, 50), (48, 64), (97, 131)])


# Absolute position embedding


def test_absolute_positions_are_added_to_the_first_map(rng):
    plain, net = tiny(img_size=[32, 48]), tiny(img_size=[32, 48], ape=True)
    added = set(net.state_dict()) - set(plain.state_dict())
    assert added == {"absolute_pos_embed"}
    assert list(net.absolute_pos_embed.shape) == [1, 8 * 12, 8]
    shake(rng, net)
    plain.set_state_dict(net.state_dict())
    x = image(rng, 32, 48)
    table = net.absolute_pos_embed.numpy()

    def add(layer, inputs, y):
        y = y.numpy()
        for i in range(8):
            for j in range(12):
                y[:, :, i, j] += table[0, 12 * i + j]
        return paddle.to_tensor(y)

    plain.patch_embed.register_forward_post_hook(add)
    plain.eval(), net.eval()
    np.testing.assert_allclose(net(x)[0], plain(x)[0], rtol=0, atol=1e-6)


def test_absolute_positions_refuse_another_size(rng):
    with pytest.raises(
        UsageError, match="first map of 16x16, and this image's is 8x12"
    ):
        tiny(ape=True)(image(rng, 32, 48))
