import numpy as np
import pytest
from paddleseg.models import ResNet18_vd, UPerNet

from paddle_resample import UsageError, resampler_class
from paddle_resample.ops import interpolate
from paddle_resample.seg.nets import ResampleUPerNet, UPerNetHead
from tests.seg.nets.network_checks import (
    assert_every_parameter_gets_gradient,
    assert_exports,
    assert_same_answer,
    image,
    trainable,
)
from tests.seg.nets.toy_backbone import ToyBackbone


def small(**options):
    return ResampleUPerNet(3, ToyBackbone(), channels=8, **options)


@pytest.mark.parametrize("stride", [8, 32], ids=str)
@pytest.mark.parametrize("auxiliary", [False, True], ids=str)
def test_by_default_it_is_paddlesegs(rng, stride, auxiliary):
    # PaddleSeg's ResNet makes 32 of None.
    backbone = ResNet18_vd(output_stride=stride if stride < 32 else None)
    stock = UPerNet(5, backbone, (0, 1, 2, 3), 8, enable_auxiliary_loss=auxiliary)
    ours = ResampleUPerNet(5, backbone, channels=8, enable_auxiliary_loss=auxiliary)
    assert sorted(ours.state_dict()) == sorted(stock.state_dict())
    ours.set_state_dict(stock.state_dict())
    assert trainable(ours) == trainable(stock)
    assert_same_answer(stock, ours, image(rng, 97, 131), tolerance=1e-6)


def test_the_head_stands_alone(rng):
    """Maps in, logits out, as in the network with the same weights."""
    net = small(upsample="conv_transpose", enable_auxiliary_loss=True)
    head = UPerNetHead(
        3, [4, 6, 8, 10], 8, upsample="conv_transpose", enable_auxiliary_loss=True
    )
    missing, _ = head.set_state_dict(net.state_dict())
    assert not missing
    net.eval(), head.eval()
    x = image(rng, 64, 96)
    for y, expected in zip(head(net.backbone(x)), net(x)):
        y = interpolate(y, size=(64, 96), mode="bilinear").numpy()
        np.testing.assert_allclose(y, expected.numpy(), rtol=0, atol=1e-6)


def test_a_head_alone_names_what_is_wrong():
    with pytest.raises(UsageError, match="UPerNetHead: upsample: 'level_3' is no site"):
        UPerNetHead(3, [4] * 4, 8, upsample={"name": "area", "level_3": "area"})
    with pytest.raises(
        UsageError, match=r"UPerNetHead: strides \[4, 8, 16, 32\] and in"
    ):
        UPerNetHead(3, [4] * 3, 8)


# PaddleSeg builds a second classifier that it never runs.
UNUSED = ("head.conv_last",)


@pytest.mark.parametrize("up", ["conv_transpose", "sapa_b", "fade", "dysample"])
def test_top_down_sites(rng, up):
    net = small(upsample=up)
    assert all(isinstance(layer, resampler_class(up)) for layer in net.top_down)
    assert list(net(image(rng, 97, 131))[0].shape) == [1, 3, 97, 131]
    assert_every_parameter_gets_gradient(net, image(rng, 97, 131), but=UNUSED)


def test_fusing_sites(rng):
    specs = {"name": "carafe", "level_1": "nearest"}
    net = small(fuse_upsample=specs)
    assert [type(layer).name for layer in net.fuse] == ["nearest", "carafe", "carafe"]
    assert [layer.scale for layer in net.fuse] == [2, 4, 8]
    assert_every_parameter_gets_gradient(net, image(rng, 97, 131), but=UNUSED)


def test_a_fusing_site_refuses_what_its_ratio_excludes():
    with pytest.raises(UsageError, match="fade: scale 4 is not defined"):
        small(fuse_upsample="fade")


def test_exports_with_free_sizes(rng, tmp_path):
    net = small(upsample="dysample", fuse_upsample="conv_transpose")
    assert_exports(net, rng, tmp_path, [(97, 131), (64, 64)])
