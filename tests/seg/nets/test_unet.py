import numpy as np
import paddle
import paddle.nn as nn
import pytest
import yaml

from paddle_resample import (
    Downsampler,
    Upsampler,
    UsageError,
    resampler_class,
    resampler_names,
)
from paddle_resample.down import max_pool
from paddle_resample.seg.nets import ResampleUNet
from tests.reference import pool
from tests.seg.nets.network_checks import assert_exports, image, trainable

PAIRS = [
    (down, up)
    for down in resampler_names(Downsampler)
    for up in resampler_names(Upsampler)
]


def fits(down, up):
    return resampler_class(up).needs_side in (None, resampler_class(down).gives_side)


LEGAL = [pair for pair in PAIRS if fits(*pair)]
ILLEGAL = [pair for pair in PAIRS if not fits(*pair)]


# The default network


def test_parameters_of_the_published_network():
    assert trainable(ResampleUNet(1)) == 31_037_633


@pytest.mark.parametrize("width, depth, classes, channels", [
    (4, 2, 5, 3),
    (6, 1, 2, 1),
    (3, 3, 1, 4),
], ids=str)  # fmt: skip
def test_parameters_by_formula(width, depth, classes, channels):
    def double(arriving, leaving):
        return 9 * leaving * (arriving + leaving) + 4 * leaving

    levels = [width * 2**level for level in range(depth + 1)]
    count = double(channels, width) + classes * (width + 1)
    for fine, coarse in zip(levels, levels[1:]):
        count += double(fine, coarse)  # down
        count += 4 * coarse * fine + fine + double(2 * fine, fine)  # up
    net = ResampleUNet(classes, channels, width, depth)
    assert trainable(net) == count


def test_equals_the_diagram_written_out(rng):
    """Two levels by hand: pool by loops, skip first in every concatenation."""
    net = ResampleUNet(2, width=3, depth=2)
    for p in net.parameters():
        if p.ndim == 1 and not p.stop_gradient:
            p.set_value(rng.uniform(0.5, 1.5, p.shape).astype("float32"))
    net.eval()
    x = image(rng, 12, 20)

    def halve(x):
        return paddle.to_tensor(pool.max_pool(x.numpy(), 2, 2)[0].astype("float32"))

    first = net.encoder[0](x)
    second = net.encoder[1](halve(first))
    third = net.bottleneck(halve(second))
    grown = net.up[0].conv(third)
    second = net.decoder[0](paddle.concat([second, grown], axis=1))
    grown = net.up[1].conv(second)
    first = net.decoder[1](paddle.concat([first, grown], axis=1))
    (logits,) = net(x)
    np.testing.assert_allclose(
        logits.numpy(), net.head(first).numpy(), rtol=0, atol=1e-5
    )


def test_double_convolution_is_convolution_norm_relu_twice():
    kinds = [nn.Conv2D, nn.BatchNorm2D, nn.ReLU] * 2
    block = ResampleUNet(1, width=4, depth=1).encoder[0]
    assert [type(layer) for layer in block] == kinds
    assert block[0].bias is None and block[3].bias is None


# Every pair of resamplers


@pytest.mark.parametrize("down, up", LEGAL)
def test_every_legal_pair_trains_on_odd_sizes(rng, down, up):
    net = ResampleUNet(2, width=4, depth=2, downsample=down, upsample=up)
    assert all(isinstance(layer, resampler_class(down)) for layer in net.down)
    (logits,) = net(image(rng, 21, 27))
    assert list(logits.shape) == [1, 2, 21, 27]
    (logits**2).sum().backward()
    for name, p in net.named_parameters():
        if not p.stop_gradient:
            assert p.grad is not None, name
            assert np.isfinite(p.grad.numpy()).all(), name


@pytest.mark.parametrize("down, up", [
    ("max_pool", "conv_transpose"),
    ("max_pool", "max_unpool"),
    ("strided_conv", "flow"),
    ("patch_merge", "patch_expand"),
    ("pixel_unshuffle", "pixel_shuffle"),
])  # fmt: skip
@pytest.mark.parametrize("size", [(97, 131), (16, 16), (17, 31)], ids=str)
def test_any_size_keeps_its_size(rng, down, up, size):
    net = ResampleUNet(3, width=4, downsample=down, upsample=up)
    (logits,) = net(image(rng, *size))
    assert list(logits.shape) == [1, 3, *size]
    assert np.isfinite(logits.numpy()).all()
    logits.mean().backward()
    assert net.encoder[0][0].weight.grad.numpy().any()


@pytest.mark.slow
@pytest.mark.parametrize("down, up", LEGAL)
def test_every_legal_pair_at_full_depth(rng, down, up):
    net = ResampleUNet(2, width=4, downsample=down, upsample=up)
    (logits,) = net(image(rng, 97, 131))
    assert list(logits.shape) == [1, 2, 97, 131]
    logits.mean().backward()
    assert net.encoder[0][0].weight.grad.numpy().any()


@pytest.mark.parametrize("down, up", ILLEGAL)
def test_every_illegal_pair_is_refused_in_one_sentence(down, up):
    kind = resampler_class(up).needs_side
    with pytest.raises(UsageError) as error:
        ResampleUNet(2, width=4, depth=2, downsample=down, upsample=up)
    givers = [
        n for n in resampler_names(Downsampler) if resampler_class(n).gives_side == kind
    ]
    text = str(error.value)
    assert text.startswith(f"{up}: needs {kind} recorded by its downsampler")
    remedy = "downsample with " + " or ".join(givers)
    assert remedy in text and text.endswith("(at upsample.level_1)")
    assert "\n" not in text


def test_max_unpool_fits_max_pool_alone():
    givers = [down for down, up in LEGAL if up == "max_unpool"]
    assert givers == ["max_pool"]


def test_options_reach_every_site():
    net = ResampleUNet(
        2,
        width=4,
        depth=2,
        downsample={"name": "strided_conv", "kernel_size": 5},
        upsample={"name": "pixel_shuffle", "kernel_size": 1},
    )
    assert [layer.conv.weight.shape[-1] for layer in net.down] == [5, 5]
    assert [layer.conv.weight.shape[-1] for layer in net.up] == [1, 1]
    assert [layer.out_channels for layer in net.up] == [8, 4]


def test_guided_sites_know_the_channels_of_their_guide():
    net = ResampleUNet(2, width=4, depth=2, upsample="flow")
    assert [layer.upsample.guide_channels for layer in net.up] == [8, 4]


# What a user may get wrong


@pytest.mark.parametrize("given, text", [
    ({"width": 0}, "ResampleUNet: width must be a positive integer, not 0"),
    ({"depth": 2.5}, "ResampleUNet: depth must be a positive integer, not 2.5"),
    ({"downsample": "bilinear"}, "'bilinear' is an upsampler and the site needs a do"),
    ({"upsample": "max_pool"}, "'max_pool' is a downsampler and the site needs an up"),
    ({"upsample": "bilinaer"}, "unknown upsampler 'bilinaer'; did you mean 'bilinear'"),
    ({"upsample": {"name": "bilinear", "scale": 4}}, "bilinear: the site has scale 2"),
    ({"upsample": None}, "an upsampler spec is a name or a mapping"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(given, text):
    with pytest.raises(UsageError, match=text):
        ResampleUNet(2, **{"width": 4, **given})


@pytest.mark.parametrize("size", [(15, 40), (40, 15)], ids=str)
def test_too_small_an_image_is_refused(rng, size):
    text = f"depth of 4 needs images of at least 16x16 pixels, not {size[0]}x{size[1]}"
    with pytest.raises(UsageError, match=text):
        ResampleUNet(2, width=4)(image(rng, *size))


def test_images_of_other_channels_are_refused():
    text = r"^ResampleUNet: images must be \[N, 3, H, W\], as in_channels=3 says"
    with pytest.raises(UsageError, match=text):
        ResampleUNet(2, width=4)(paddle.ones([1, 4, 32, 32]))


# Through PaddleSeg

CONFIG = """
batch_size: 1
iters: 1
train_dataset:
  type: Dataset
  dataset_root: {root}
  num_classes: 5
  mode: train
  train_path: {root}/list.txt
  transforms:
    - type: Normalize
model:
  type: ResampleUNet
  num_classes: 5
  width: 4
  depth: 2
  downsample: {down}
  upsample: {up}
optimizer:
  type: sgd
lr_scheduler:
  type: PolynomialDecay
  learning_rate: 0.01
loss:
  types:
    - type: CrossEntropyLoss
  coef: [1]
"""


def built_by_paddleseg(folder, down, up):
    from paddleseg.cvlibs import Config, SegBuilder

    path = folder / "config.yml"
    path.write_text(CONFIG.format(root=folder, down=down, up=up))
    assert yaml.safe_load(path.read_text())["model"]["type"] == "ResampleUNet"
    return SegBuilder(Config(str(path))).model


def test_paddleseg_builds_it_from_yaml(rng, tmp_path):
    net = built_by_paddleseg(tmp_path, "max_pool", "{name: pixel_shuffle, init: torch}")
    assert type(net) is ResampleUNet
    assert [type(layer) for layer in net.up] == [resampler_class("pixel_shuffle")] * 2
    assert net.up[0].conv.bias.numpy().any()  # init: torch starts with a bias
    assert list(net(image(rng, 13, 21))[0].shape) == [1, 5, 13, 21]


@pytest.mark.parametrize("down, up, text", [
    ("max_pol", "flow", "unknown downsampler 'max_pol'; did you mean 'max_pool'"),
    ("avg_pool", "max_unpool", "this site has none; downsample with max_pool"),
    ("max_pool", "{name: flow, kernel: 3}", "flow: unknown option 'kernel'; did you"),
    ("max_pool", "{scale: 2}", "upsample has no 'name', as a spec has"),
], ids=str)  # fmt: skip
def test_the_remedy_survives_paddleseg(tmp_path, down, up, text):
    with pytest.raises(RuntimeError) as error:
        built_by_paddleseg(tmp_path, down, up)
    assert text in str(error.value)


# Export


@pytest.mark.parametrize("up", [up for down, up in LEGAL if down == "max_pool"])
def test_exports_with_free_sizes(rng, tmp_path, up):
    net = ResampleUNet(2, width=4, depth=2, upsample=up)
    assert_exports(net, rng, tmp_path, [(21, 27), (16, 24)])


@pytest.mark.slow
@pytest.mark.parametrize("down, up", LEGAL)
def test_every_legal_pair_exports_with_free_sizes(rng, tmp_path, down, up):
    net = ResampleUNet(2, width=4, depth=2, downsample=down, upsample=up)
    assert_exports(net, rng, tmp_path, [(21, 27), (16, 24), (18, 19)])


# Sites


def test_every_site_may_have_its_own_operator(rng):
    net = ResampleUNet(
        2,
        width=4,
        depth=3,
        downsample=["max_pool", "avg_pool", "blur_pool"],
        upsample={"name": "bilinear", "level_0": "max_unpool", "level_1": "flow"},
    )
    kinds = [resampler_class(n) for n in ("max_pool", "avg_pool", "blur_pool")]
    assert [type(layer) for layer in net.down] == kinds
    inner = [getattr(layer, "upsample", layer) for layer in net.up]
    kinds = [resampler_class(n) for n in ("bilinear", "flow", "max_unpool")]
    assert [type(layer) for layer in inner] == kinds
    assert list(net(image(rng, 21, 27))[0].shape) == [1, 2, 21, 27]


def test_positions_are_recorded_for_unpooling_alone(rng, monkeypatch):
    ups = {"level_0": "max_unpool", "level_1": "bilinear"}
    net = ResampleUNet(2, width=4, depth=2, downsample="max_pool", upsample=ups)
    recorded = []
    pool = max_pool._max_pool

    def spy(x, *windows):
        recorded.append(x.shape[1])
        return pool(x, *windows)

    monkeypatch.setattr(max_pool, "_max_pool", spy)
    net(image(rng, 16, 16))
    assert recorded == [4]


def test_unpooling_needs_the_indices_of_its_own_level():
    with pytest.raises(UsageError, match="max_unpool: needs pool_indices"):
        ResampleUNet(
            2,
            width=4,
            depth=2,
            downsample=["avg_pool", "max_pool"],
            upsample={"name": "bilinear", "level_0": "max_unpool"},
        )


@pytest.mark.parametrize("depth", [9, 40, 10**6])
def test_a_network_that_no_memory_holds_is_refused_at_once(depth):
    with pytest.raises(UsageError, match=f"depth {depth} doubles the 64 channels"):
        ResampleUNet(2, width=64, depth=depth)
