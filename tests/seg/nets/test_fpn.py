import numpy as np
import paddle
import pytest

from paddle_resample import Upsampler, UsageError, resampler_class, resampler_names
from paddle_resample.seg.nets import ResampleFPN
from paddle_resample.seg.nets.fpn import TopDownPathway
from paddle_resample.seg.nets.pyramid import read_pyramid
from tests.seg.nets.network_checks import (
    assert_every_parameter_gets_gradient,
    assert_exports,
    image,
    trainable,
)
from tests.seg.nets.toy_backbone import ToyBackbone

SITES = ["level_2", "level_1", "level_0"]
PVT = ([64, 128, 320, 512], [4, 8, 16, 32])


@pytest.mark.parametrize("width, count", [(256, 263_168), (512, 526_336)], ids=str)
def test_parameters_of_the_articles_decoder(width, count):
    assert trainable(TopDownPathway("", *PVT, width, "nearest")) == count


def test_equals_the_article_written_out(rng):
    path = TopDownPathway("", [2, 3, 4], [1, 2, 4], 5, "nearest")
    maps = [
        image(rng, 8 // s, 12 // s, channels=c) for c, s in ((2, 1), (3, 2), (4, 4))
    ]

    def lateral(level):
        conv = path.lateral[level]
        weight = conv.weight.numpy()[:, :, 0, 0]
        y = np.einsum("oc,nchw->nohw", weight, maps[level].numpy())
        return y + conv.bias.numpy()[:, None, None]

    def twice(y):
        return y.repeat(2, axis=2).repeat(2, axis=3)

    f2 = lateral(2)
    f1 = lateral(1) + twice(f2)
    f0 = lateral(0) + twice(f1)
    for got, expected in zip(path(maps), (f0, f1, f2)):
        np.testing.assert_allclose(got.numpy(), expected, atol=1e-5)


def test_logits_are_made_at_the_finest_level(rng):
    """With zero laterals the logits are the classifier's bias, everywhere."""
    net = ResampleFPN(3, ToyBackbone(), channels=8)
    for conv in net.decoder.lateral:
        conv.weight.set_value(paddle.zeros_like(conv.weight))
    net.head.bias.set_value(np.float32([1, 2, 3]))
    (logits,) = net(image(rng, 33, 47))
    expected = np.broadcast_to(np.float32([1, 2, 3])[:, None, None], (3, 33, 47))
    np.testing.assert_allclose(logits.numpy()[0], expected, atol=1e-6)


@pytest.mark.parametrize("up", ["conv_transpose", "carafe", "fade", "sapa_b", "flow"])
@pytest.mark.parametrize("size", [(97, 131), (32, 32)], ids=str)
def test_any_operator_on_any_size(rng, up, size):
    net = ResampleFPN(3, ToyBackbone(), channels=8, upsample=up)
    assert all(isinstance(layer, resampler_class(up)) for layer in net.decoder.up)
    assert list(net(image(rng, *size))[0].shape) == [1, 3, *size]
    assert_every_parameter_gets_gradient(net, image(rng, *size))


@pytest.mark.slow
@pytest.mark.parametrize("up", resampler_names(Upsampler))
def test_every_operator(rng, tmp_path, up):
    if resampler_class(up).needs_side is not None:
        with pytest.raises(UsageError, match=f"{up}: needs"):
            ResampleFPN(3, ToyBackbone(), channels=8, upsample=up)
        return
    net = ResampleFPN(3, ToyBackbone(), channels=8, upsample=up)
    assert_every_parameter_gets_gradient(net, image(rng, 97, 131))
    assert_exports(net, rng, tmp_path, [(97, 131), (64, 64)])


def test_each_site_its_own(rng):
    specs = {"name": "nearest", "level_1": "carafe", "level_0": "fade"}
    net = ResampleFPN(3, ToyBackbone(), channels=8, upsample=specs)
    kinds = [resampler_class(n) for n in ("fade", "carafe", "nearest")]
    assert [type(layer) for layer in net.decoder.up] == kinds


def test_exports_with_free_sizes(rng, tmp_path):
    net = ResampleFPN(3, ToyBackbone(), channels=8, upsample="dysample")
    assert_exports(net, rng, tmp_path, [(97, 131), (64, 64), (40, 33)])


def test_levels_of_one_size_have_no_site(rng):
    backbone = ToyBackbone(strides=(4, 8, 8, 8))
    net = ResampleFPN(3, backbone, channels=8, upsample=["dysample"])
    assert list(net(image(rng, 50, 60))[0].shape) == [1, 3, 50, 60]
    with pytest.raises(UsageError, match="'level_2' is no site; did you mean"):
        ResampleFPN(3, backbone, channels=8, upsample={"level_2": "dysample"})


def test_a_ratio_of_four_is_one_site():
    backbone = ToyBackbone(strides=(4, 16, 32, 32))
    net = ResampleFPN(3, backbone, channels=8, upsample="pixel_shuffle")
    assert net.decoder.up[0].scale == 4
    with pytest.raises(UsageError, match="fade: scale 4 is not defined"):
        ResampleFPN(3, backbone, channels=8, upsample="fade")


# Reading a backbone


def test_pyramid_of_a_backbone():
    backbone = ToyBackbone().train()
    assert read_pyramid("Net", backbone) == ([4, 6, 8, 10], [4, 8, 16, 32])
    assert read_pyramid("Net", backbone, (1, 3)) == ([6, 10], [8, 32])
    assert backbone.training


@pytest.mark.parametrize("indices, text", [
    ((0, 4), r"Net: backbone_indices \[0, 4\] must be of 0 to 3, the maps of ToyBack"),
    ((), r"backbone_indices \[\] must be"),
    ((1, 0), "must go from fine to coarse, but the maps of ToyBackbone there have"),
], ids=str)  # fmt: skip
def test_wrong_indices_are_refused(indices, text):
    with pytest.raises(UsageError, match=text):
        read_pyramid("Net", ToyBackbone(), indices)


def test_a_backbone_must_say_its_channels():
    with pytest.raises(UsageError, match="Net: backbone Linear does not say its chan"):
        read_pyramid("Net", paddle.nn.Linear(2, 2))
