import numpy as np
import paddle
import paddle.nn.functional as F
import pytest

from paddle_resample import UsageError, resampler_class
from paddle_resample.seg.nets import (
    ResampleUNetEncoder,
    ResampleUNetPlusPlus,
    UNetPlusPlusDecoder,
)
from tests.seg.nets.network_checks import (
    assert_every_parameter_gets_gradient,
    assert_exports,
    image,
    trainable,
)
from tests.seg.nets.toy_backbone import ToyBackbone


def small(**options):
    return ResampleUNetPlusPlus(3, ToyBackbone((4, 8, 12), (2, 4, 8)), **options)


def over_encoder(**options):
    return ResampleUNetPlusPlus(3, ResampleUNetEncoder(3, 4, 2), **options)


def test_parameters_of_the_published_decoder():
    """segmentation_models_pytorch above ResNet-34."""
    decoder = UNetPlusPlusDecoder([64, 64, 128, 256, 512], [256, 128, 64, 32, 16])
    assert trainable(decoder) == 4_793_792


def test_parameters_of_the_paper():
    """32 to 512 channels, transposed convolutions to the channels of the level: counted
    node by node from figure 1."""
    net = ResampleUNetPlusPlus(
        2, ResampleUNetEncoder(), upsample="conv_transpose", reduce_channels=True
    )

    def double(a, b):
        return 9 * a * b + 9 * b * b + 4 * b

    width = [32 * 2**i for i in range(5)]
    encoder = sum(double(a, b) for a, b in zip([3, *width], width))
    nodes = 0
    for level in range(4):
        for column in range(1, 5 - level):
            up = 4 * width[level + 1] * width[level] + width[level]
            nodes += up + double((column + 1) * width[level], width[level])
    assert trainable(net) == encoder + nodes + 9 * 32 * 2 + 2


def test_equals_the_figure_written_out(rng):
    decoder = UNetPlusPlusDecoder([4, 6, 8], [5, 3, 2], final_upsample="bilinear")
    decoder.eval()
    maps = [
        image(rng, 16 // s, 24 // s, channels=c) for c, s in ((4, 1), (6, 2), (8, 4))
    ]
    blocks = decoder.blocks

    def node(name, x, *skips):
        y = F.interpolate(x, scale_factor=2, mode="nearest")
        y = paddle.concat([y, *skips], axis=1)
        return blocks[name].conv2(blocks[name].conv1(y))

    e0, e1, e2 = maps
    n11 = node("level_1_column_1", e2, e1)
    n01 = node("level_0_column_1", e1, e0)
    n02 = node("level_0_column_2", n11, n01, e0)
    final = decoder.final
    y = F.interpolate(n02, scale_factor=2, mode="bilinear")
    y = final.conv2(final.conv1(y))
    got = decoder(maps, paddle.zeros([1, 3, 32, 48]))
    np.testing.assert_allclose(got.numpy(), y.numpy(), rtol=0, atol=1e-5)


def test_sites_and_patterns():
    net = small(upsample={"name": "nearest", "level_0_*": "dysample"})
    kinds = {name: type(b.up).name for name, b in net.decoder.blocks.items()}
    assert kinds == {
        "level_1_column_1": "nearest",
        "level_0_column_1": "dysample",
        "level_0_column_2": "dysample",
    }
    with pytest.raises(UsageError, match="'level_1_column_2' is no site; did you mean"):
        small(upsample={"level_1_column_2": "nearest"})


@pytest.mark.parametrize("up", ["conv_transpose", "carafe", "jbu", "dysample"])
def test_any_operator_on_any_size(rng, up):
    net = small(upsample=up, final_upsample="pixel_shuffle")
    ups = [block.up for block in net.decoder.blocks.values()]
    assert all(isinstance(layer, resampler_class(up)) for layer in ups)
    assert list(net(image(rng, 97, 131))[0].shape) == [1, 3, 97, 131]
    assert_every_parameter_gets_gradient(net, image(rng, 97, 131))


def test_reduced_channels_are_those_of_the_guide(rng):
    """So that operators whose guide must have the channels of x stand everywhere."""
    with pytest.raises(UsageError, match="fade: the guide must have the 12 channels"):
        small(upsample="fade")
    net = small(upsample="fade", reduce_channels=True, final_upsample="jbu")
    assert_every_parameter_gets_gradient(net, image(rng, 33, 47))


def test_maps_as_large_as_the_image_have_no_last_site(rng):
    net = over_encoder(upsample="conv_transpose", reduce_channels=True)
    assert net.decoder.final is None
    assert list(net(image(rng, 37, 50))[0].shape) == [1, 3, 37, 50]
    assert_every_parameter_gets_gradient(net, image(rng, 37, 50))


def test_levels_of_one_size_have_no_site(rng):
    net = ResampleUNetPlusPlus(3, ToyBackbone(strides=(4, 8, 8, 8)), upsample="lift")
    assert len(net.decoder.blocks) == 6
    ups = [b.up for b in net.decoder.blocks.values() if hasattr(b.up, "scale")]
    assert len(ups) == 3 and all(up.scale == 2 for up in ups)
    assert net.decoder.final.up.scale == 4
    assert list(net(image(rng, 50, 60))[0].shape) == [1, 3, 50, 60]


@pytest.mark.parametrize("channels, text", [
    ([8, 4], "3 maps of strides [2, 4, 8] need 3 decoder_channels, not [8, 4]"),
    ([8, 4, 2, 1], "need 3 decoder_channels"),
], ids=str)  # fmt: skip
def test_decoder_channels_must_fit(channels, text):
    with pytest.raises(UsageError) as error:
        small(decoder_channels=channels)
    assert str(error.value).startswith("ResampleUNetPlusPlus: ")
    assert text in str(error.value)


def test_encoder_sites(rng):
    specs = {"name": "max_pool", "level_2": "blur_pool"}
    encoder = ResampleUNetEncoder(3, 4, 2, downsample=specs)
    assert [type(layer).name for layer in encoder.down] == ["max_pool", "blur_pool"]
    maps = encoder(image(rng, 9, 13))
    assert [m.shape[1] for m in maps] == encoder.feat_channels == [4, 8, 16]
    assert [list(m.shape[2:]) for m in maps] == [[9, 13], [4, 6], [2, 3]]
    with pytest.raises(
        UsageError, match="needs images of at least 4x4 pixels, not 3x9"
    ):
        encoder(image(rng, 3, 9))


@pytest.mark.parametrize("net", [
    lambda: small(upsample="dysample", final_upsample="jbu"),
    lambda: over_encoder(upsample="carafe"),
], ids=["resnet strides", "encoder"])  # fmt: skip
def test_exports_with_free_sizes(rng, tmp_path, net):
    assert_exports(net(), rng, tmp_path, [(97, 131), (64, 64), (40, 33)])
