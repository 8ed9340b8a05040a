import math

import numpy as np
import paddle.nn.functional as F
import pytest

from paddle_resample import UsageError, resampler_class
from paddle_resample.seg.nets import (
    MSDeformAttnPixelDecoder,
    ResampleMask2FormerPixel,
)
from paddle_resample.seg.nets.ms_deform_encoder import position_code
from tests.seg.nets.network_checks import (
    assert_every_parameter_gets_gradient,
    assert_exports,
    image,
    trainable,
)
from tests.seg.nets.toy_backbone import ToyBackbone

SMALL = {"channels": 8, "layers": 1, "heads": 2, "feedforward": 6, "norm_groups": 4}


def small(backbone=None, **options):
    backbone = backbone or ToyBackbone()
    return ResampleMask2FormerPixel(3, backbone, **{**SMALL, **options})


def maps_of(rng, height, width, channels=(4, 6, 8, 10)):
    sizes = [(-(-height // 2**i), -(-width // 2**i)) for i in range(len(channels))]
    return [image(rng, *size, channels=c) for size, c in zip(sizes, channels)]


def test_parameters_of_the_published_decoder():
    """Above ResNet-50."""
    assert trainable(MSDeformAttnPixelDecoder([256, 512, 1024, 2048])) == 6_035_904


def test_position_code_by_loops():
    code = position_code((3, 5), 8).numpy()
    expected = np.zeros((1, 15, 8))
    for i, j, k in np.ndindex(3, 5, 4):
        wave = math.sin if k % 2 == 0 else math.cos
        period = 10000 ** (2 * (k // 2) / 4)
        for start, place, side in ((0, i, 3), (4, j, 5)):
            angle = (place + 1) / (side + 1e-6) * 2 * math.pi / period
            expected[0, i * 5 + j, start + k] = wave(angle)
    np.testing.assert_allclose(code, expected, rtol=0, atol=1e-5)


def test_pyramid_above_the_transformer_written_out(rng):
    decoder = MSDeformAttnPixelDecoder([4, 6, 8, 10], transformer_levels=2, **SMALL)
    decoder.eval()
    maps = maps_of(rng, 12, 20)
    features, levels = decoder(maps)
    assert [list(y.shape[2:]) for y in levels] == [[2, 3], [3, 5], [6, 10], [12, 20]]
    y = levels[1]
    for level in (1, 0):
        lateral = decoder.lateral[level](maps[level])
        up = F.interpolate(y, size=lateral.shape[2:], mode="bilinear")
        y = decoder.output[level](lateral + up)
        np.testing.assert_allclose(levels[3 - level].numpy(), y.numpy(), atol=1e-5)
    expected = decoder.mask_features(y).numpy()
    np.testing.assert_allclose(features.numpy(), expected, atol=1e-5)


def test_sites_are_those_above_the_transformer():
    net = small(transformer_levels=2, upsample={"level_1": "lift", "level_0": "area"})
    assert [layer.name for layer in net.decoder.up] == ["area", "lift"]
    with pytest.raises(
        UsageError, match="'level_1' is no site; did you mean 'level_0'"
    ):
        small(upsample={"level_1": "area"})


def test_all_maps_in_the_transformer(rng):
    net = small(transformer_levels=4)
    assert len(net.decoder.up) == 0
    assert list(net(image(rng, 33, 47))[0].shape) == [1, 3, 33, 47]


@pytest.mark.parametrize("up", ["conv_transpose", "fade", "sapa_b", "dysample"])
@pytest.mark.parametrize("size", [(97, 131), (32, 32)], ids=str)
def test_any_operator_on_any_size(rng, up, size):
    net = small(upsample=up, upsample_logits="conv_transpose")
    assert isinstance(net.decoder.up[0], resampler_class(up))
    assert list(net(image(rng, *size))[0].shape) == [1, 3, *size]
    assert_every_parameter_gets_gradient(net, image(rng, *size))


def test_dilated_backbone(rng):
    net = small(ToyBackbone(strides=(4, 8, 8, 8)))
    assert list(net(image(rng, 50, 60))[0].shape) == [1, 3, 50, 60]


@pytest.mark.parametrize("options, text", [
    ({"heads": 3}, "channels=8 must be a multiple of 4 and of heads=3"),
    ({"norm_groups": 32}, "channels=8 must be a multiple of 4 and of norm_groups=32"),
    ({"channels": 6, "norm_groups": 2}, "channels=6 must be a multiple of 4"),
    ({"transformer_levels": 5}, "transformer_levels=5 are more than the 4 maps"),
    ({"layers": 0}, "layers must be a positive integer, not 0"),
    ({"upsample": "max_unpool"}, r"max_unpool: needs .*\(at upsample.level_0\)"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=text) as error:
        small(**options)
    assert str(error.value).startswith(("ResampleMask2FormerPixel: ", "max_unpool: "))
    assert "\n" not in str(error.value)


def test_exports_with_free_sizes(rng, tmp_path):
    net = small(upsample="dysample", layers=2)
    assert_exports(net, rng, tmp_path, [(97, 131), (64, 64), (40, 33)])
