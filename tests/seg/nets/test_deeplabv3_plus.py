import numpy as np
import paddle
import paddle.nn.functional as F
import pytest

from paddle_resample import UsageError, resampler_class
from paddle_resample.seg.nets import DeepLabV3PlusDecoder, ResampleDeepLabV3Plus
from tests.seg.nets.network_checks import (
    assert_every_parameter_gets_gradient,
    assert_exports,
    image,
    trainable,
)
from tests.seg.nets.toy_backbone import ToyBackbone


def small(strides=(4, 8, 16, 16), **options):
    given = {"channels": 8, "low_channels": 6, "atrous_rates": (1, 2, 3), **options}
    return ResampleDeepLabV3Plus(3, ToyBackbone(strides=strides), **given)


def test_parameters_of_the_published_decoder():
    """segmentation_models_pytorch above ResNet-50."""
    assert trainable(DeepLabV3PlusDecoder(2048, 256)) == 3_169_296


@pytest.mark.parametrize("scale", [2, 4], ids=str)
def test_equals_the_figure_written_out(rng, scale):
    decoder = DeepLabV3PlusDecoder(6, 4, 5, scale, (1, 2), separable=False)
    decoder.eval()
    low = image(rng, 4 * scale, 6 * scale, channels=4)
    deep = image(rng, 4, 6, channels=6)
    aspp, separable, norm, relu = decoder.aspp
    size = {"size": [4, 6], "mode": "bilinear"}
    maps = [conv(deep) for conv in aspp.convs]
    maps[-1] = F.interpolate(maps[-1], **size)
    y = relu(norm(separable(aspp.project(paddle.concat(maps, axis=1)))))
    y = F.interpolate(y, scale_factor=scale, mode="bilinear", align_corners=True)
    y = decoder.block2(paddle.concat([y, decoder.block1(low)], axis=1))
    np.testing.assert_allclose(decoder(low, deep).numpy(), y.numpy(), atol=1e-5)


def test_dilations():
    convs = DeepLabV3PlusDecoder(6, 4, 5).aspp[0].convs
    assert [conv[0][0]._dilation for conv in list(convs)[1:4]] == [
        [rate, rate] for rate in (12, 24, 36)
    ]


@pytest.mark.parametrize("up", ["conv_transpose", "sapa_b", "dysample", "carafe"])
@pytest.mark.parametrize("size", [(97, 131), (32, 32)], ids=str)
def test_any_operator_on_any_size(rng, up, size):
    net = small(upsample=up, upsample_logits="conv_transpose")
    assert isinstance(net.decoder.up, resampler_class(up))
    assert net.decoder.up.scale == net.upsample_logits.scale == 4
    assert list(net(image(rng, *size))[0].shape) == [1, 3, *size]
    assert_every_parameter_gets_gradient(net, image(rng, *size))


def test_operators_whose_guide_must_have_the_channels_of_x(rng):
    with pytest.raises(UsageError, match="fade: the guide must have the 8 channels"):
        small((4, 8, 8, 8), upsample="fade")
    net = small((4, 8, 8, 8), upsample="fade", low_channels=8, upsample_logits="jbu")
    assert_every_parameter_gets_gradient(net, image(rng, 33, 47))


def test_maps_of_one_size_have_no_site(rng):
    net = small((8, 8, 8, 8), upsample="fade")
    assert not hasattr(net.decoder.up, "scale")
    assert list(net(image(rng, 50, 60))[0].shape) == [1, 3, 50, 60]


@pytest.mark.parametrize("options, text", [
    ({"backbone_indices": (0, 1, 3)}, "backbone_indices must be two, of the low-level"),
    ({"backbone_indices": (3, 0)}, "must go from fine to coarse"),
    (
        {"strides": (2, 6, 6, 6), "backbone_indices": (0, 1)},
        r"strides \[2, 5\] have no integer ratio",
    ),
    ({"atrous_rates": (6, 0)}, "atrous_rates must be a positive integer, not 0"),
    ({"upsample": "max_pool"}, "'max_pool' is a downsampler"),
    ({"upsample_logits": "fade"}, r"fade: .*\(at upsample_logits\)"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=text) as error:
        small(**options)
    assert "\n" not in str(error.value)


def test_exports_with_free_sizes(rng, tmp_path):
    net = small(upsample="dysample")
    assert_exports(net, rng, tmp_path, [(97, 131), (64, 64), (40, 33)])
