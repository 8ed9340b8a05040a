import paddle
import pytest

from paddle_resample import UsageError, resampler_class
from paddle_resample.seg.nets import ResampleSemanticFPN
from paddle_resample.seg.nets.semantic_fpn import _strides_on_the_way
from tests.seg.nets.network_checks import (
    assert_every_parameter_gets_gradient,
    assert_exports,
    image,
    trainable,
)
from tests.seg.nets.toy_backbone import ToyBackbone


def small(**options):
    options = {"channels": 8, "head_channels": 8, **options}
    return ResampleSemanticFPN(3, ToyBackbone(), **options)


def test_parameters_of_the_published_head():
    """PVT-Tiny with it has the published 17.0 M: 12,716,288 are the backbone's."""
    backbone = ToyBackbone(channels=(64, 128, 320, 512))
    net = ResampleSemanticFPN(150, backbone)
    assert trainable(net) - trainable(backbone) == 4_266_646


def test_each_level_climbs_by_its_own_convolutions():
    net = small()
    assert [len(branch.conv) for branch in net.branches] == [1, 1, 2, 3]
    assert [len(branch.up) for branch in net.branches] == [0, 1, 2, 3]


def test_the_branch_of_a_level_reads_that_level(rng):
    """PaddleSeg's PFPNNet reads them in the wrong order and drops the coarsest."""
    net = small(dropout_prob=0.0)
    net.eval()
    x = image(rng, 64, 96)
    levels = [conv(y) for conv, y in zip(net.smooth, net.pyramid(net.backbone(x)))]
    total = 0
    for level, branch in zip(levels, net.branches):
        y = level
        for step, conv in enumerate(branch.conv):
            y = conv(y)
            if step < len(branch.up):
                y = paddle.nn.functional.interpolate(y, scale_factor=2, mode="bilinear")
        total = total + y
    logits = net.head(total)
    size = x.shape[2:]
    expected = paddle.nn.functional.interpolate(logits, size, mode="bilinear")
    assert float((net(x)[0] - expected).abs().max()) < 1e-5


def test_sites(rng):
    specs = {"name": "bilinear", "level_3_stride_8": "carafe", "*_stride_4": "dysample"}
    net = small(upsample="flow", head_upsample=specs)
    kinds = [[type(layer).name for layer in branch.up] for branch in net.branches]
    assert kinds == [
        [],
        ["dysample"],
        ["bilinear", "dysample"],
        ["bilinear", "carafe", "dysample"],
    ]
    assert all(isinstance(layer, resampler_class("flow")) for layer in net.pyramid.up)
    assert_every_parameter_gets_gradient(net, image(rng, 97, 131))


def test_guides_of_the_branches_come_from_the_pyramid(rng):
    net = small(head_upsample={"name": "fade", "gate": False})
    assert_every_parameter_gets_gradient(net, image(rng, 97, 131))
    with pytest.raises(UsageError, match=r"must have the 6 channels .* it has 8"):
        small(head_upsample="sapa_i", head_channels=6)


def test_exports_with_free_sizes(rng, tmp_path):
    net = small(head_upsample="pixel_shuffle")
    assert_exports(net, rng, tmp_path, [(97, 131), (64, 64)])


def test_strides_on_the_way():
    assert _strides_on_the_way("Net", 32, 4) == [16, 8, 4]
    assert _strides_on_the_way("Net", 4, 4) == []
    with pytest.raises(UsageError, match="Net: stride 12 is no power of 2 times the f"):
        _strides_on_the_way("Net", 12, 4)
