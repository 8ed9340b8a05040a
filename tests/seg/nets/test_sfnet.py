import pytest
from paddleseg.models import ResNet18_vd, SFNet

from paddle_resample import resampler_class, resampler_names
from paddle_resample.base import Upsampler
from paddle_resample.seg.nets import ResampleSFNet
from tests.seg.nets.network_checks import (
    assert_every_parameter_gets_gradient,
    assert_exports,
    assert_same_answer,
    image,
    trainable,
)
from tests.seg.nets.toy_backbone import ToyBackbone

GUIDED = [
    n
    for n in resampler_names(Upsampler)
    if resampler_class(n).needs_guide and not resampler_class(n).needs_side
]


def small(**options):
    return ResampleSFNet(3, ToyBackbone(), channels=8, **options)


@pytest.mark.parametrize("stride", [None, 8], ids=str)
@pytest.mark.parametrize("auxiliary", [False, True], ids=str)
def test_by_default_it_is_paddlesegs(rng, stride, auxiliary):
    backbone = ResNet18_vd(output_stride=stride)
    stock = SFNet(5, backbone, (0, 1, 2, 3), auxiliary)
    ours = ResampleSFNet(5, backbone, enable_auxiliary_loss=auxiliary)
    assert set(ours.state_dict()) == set(stock.state_dict())
    ours.set_state_dict(stock.state_dict())
    assert_same_answer(stock, ours, image(rng, 97, 131))


def test_parameters_of_paddlesegs():
    assert trainable(ResampleSFNet(19, ResNet18_vd(output_stride=None))) == 13_793_907


@pytest.mark.parametrize("up", ["fade", "sapa_b", "align_fa", "bilinear"])
def test_alignment_sites(rng, up):
    net = small(upsample=up)
    assert all(
        isinstance(layer, resampler_class(up)) for layer in net.head.fpn_out_align
    )
    assert list(net(image(rng, 97, 131))[0].shape) == [1, 3, 97, 131]
    assert_every_parameter_gets_gradient(net, image(rng, 97, 131))


@pytest.mark.slow
@pytest.mark.parametrize("up", GUIDED)
def test_every_guided_operator(rng, up):
    assert_every_parameter_gets_gradient(small(upsample=up), image(rng, 97, 131))


def test_each_site_its_own():
    specs = ["flow", "dysample", "gated_dual_flow"]
    net = small(upsample=specs)
    assert [type(layer).name for layer in net.head.fpn_out_align] == specs[::-1]


def test_exports_with_free_sizes(rng, tmp_path):
    assert_exports(small(), rng, tmp_path, [(97, 131), (64, 64)])
