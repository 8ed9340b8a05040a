"""UPerNet with a choice of upsamplers on its way from coarse to fine."""

import paddle
import paddle.nn as nn
from paddleseg.cvlibs import manager
from paddleseg.models import upernet
from paddleseg.utils import load_entire_model

from ...base import Upsampler
from ...errors import UsageError
from ...ops import interpolate, spatial_size
from ...registry import build
from ...site_specs import spec_of_each_site
from .pyramid import SameSize, read_pyramid, top_down_upsamplers

__all__ = ["ResampleUPerNet", "UPerNetHead"]

_PUBLISHED = {"name": "bilinear", "align_corners": True}


class UPerNetHead(nn.Layer):
    """UPerNet's decoder: pyramid pooling of the coarsest map, a top-down pathway, all
    levels brought to the finest one, fused and classified.

    Args:
        num_classes: channels of the logits.
        in_channels: channels of the maps, finest first.
        channels: C of every level.
        strides: pixels of the image per pixel of each map, finest first.
        upsample: spec of the top-down sites, see `ResampleUPerNet`.
        fuse_upsample: spec of the sites that bring the levels to the finest one.
        enable_auxiliary_loss: whether a second head reads the third map.
        dropout_prob: of the second head.

    Call:
        maps: list of float [N, C_l, H_l, W_l], finest first.

    Returns:
        list of Tensor: logits [N, num_classes, H_0, W_0], and those of the second head,
        [N, num_classes, H_2, W_2].

    Source: Xiao et al., "Unified perceptual parsing for scene understanding", ECCV
    2018; layers of PaddleSeg's UPerNet, whose second classifier `conv_last` is built
    and never runs.

    Raises:
        UsageError: a spec is wrong, or a ratio is no integer.

    >>> import paddle
    >>> from paddle_resample.seg.nets import UPerNetHead
    >>> head = UPerNetHead(19, [16, 32, 64, 128], channels=24)
    >>> _ = head.eval()
    >>> shapes = [(16, 24, 32), (32, 12, 16), (64, 6, 8), (128, 3, 4)]
    >>> list(head([paddle.ones([1, *shape]) for shape in shapes])[0].shape)
    [1, 19, 24, 32]
    """

    def __init__(
        self,
        num_classes,
        in_channels,
        channels=512,
        strides=(4, 8, 16, 32),
        upsample=_PUBLISHED,
        fuse_upsample=_PUBLISHED,
        enable_auxiliary_loss=False,
        dropout_prob=0.1,
    ):
        super().__init__()
        owner = type(self).__name__
        if len(strides) != len(in_channels):
            raise UsageError(
                f"{owner}: strides {list(strides)} and in_channels "
                f"{list(in_channels)} need one number for each map"
            )
        self.enable_auxiliary_loss = enable_auxiliary_loss
        self.head = upernet.UPerNetHead(
            num_classes,
            list(in_channels),
            channels,
            dropout_prob,
            enable_auxiliary_loss,
        )
        self.top_down = top_down_upsamplers(
            owner, "upsample", upsample, channels, strides
        )
        self.fuse = _fusing_upsamplers(owner, fuse_upsample, channels, strides)

    def forward(self, maps):
        return self.decode(maps)

    def decode(self, maps):
        """The list of logits from the list of maps."""
        head = self.head
        levels = [conv(x) for conv, x in zip(head.lateral_convs, maps)]
        levels.append(head.ppm(maps[-1]))
        for i in reversed(range(len(levels) - 1)):
            levels[i] = levels[i] + _to(levels[i], levels[i + 1], self.top_down[i])
        levels[:-1] = [conv(x) for conv, x in zip(head.fpn_convs, levels)]
        finest = levels[0]
        fused = [_to(finest, x, up) for x, up in zip(levels[1:], self.fuse)]
        y = head.fpn_bottleneck(paddle.concat([finest, *fused], axis=1))
        logits = [head.conv_seg(y)]
        if self.enable_auxiliary_loss:
            logits.append(head.aux_head(maps[2]))
        return logits


@manager.MODELS.add_component
class ResampleUPerNet(UPerNetHead):
    """UPerNet whose top-down and fusing sites take specs.

    With the default specs it is PaddleSeg's UPerNet, parameter by parameter; new
    upsamplers add theirs beside (`top_down.*`, `fuse.*`), so published weights load.

    Args:
        num_classes: channels of the logits.
        backbone: PaddleSeg backbone.
        backbone_indices: its maps, finest first.
        channels: C of every level.
        enable_auxiliary_loss: whether a second head reads the third map.
        align_corners: of the last resizing, from logits to image.
        dropout_prob: of the second head.
        upsample: spec of the top-down sites, which add the result to the next finer
            level (the guide, C channels): level_2, level_1, level_0.
        fuse_upsample: spec of the sites that bring levels 1, 2 and 3 straight to level
            0 (the guide) for concatenation: level_1, level_2, level_3, ratios up to 8.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, 3, H, W], any size.

    Returns:
        list of Tensor [N, num_classes, H, W]: logits, and those of the second head.

    Source: Xiao et al., "Unified perceptual parsing for scene understanding", ECCV
    2018; CARAFE (ICCV 2019), SAPA and FADE replace the top-down sites.

    Raises:
        UsageError: a spec is wrong, or an index is not there.
    """

    def __init__(
        self,
        num_classes,
        backbone,
        backbone_indices=(0, 1, 2, 3),
        channels=512,
        enable_auxiliary_loss=False,
        align_corners=False,
        dropout_prob=0.1,
        upsample=_PUBLISHED,
        fuse_upsample=_PUBLISHED,
        pretrained=None,
    ):
        owner = type(self).__name__
        widths, strides = read_pyramid(owner, backbone, backbone_indices)
        super().__init__(
            num_classes,
            widths,
            channels,
            strides,
            upsample,
            fuse_upsample,
            enable_auxiliary_loss,
            dropout_prob,
        )
        self.backbone = backbone
        self.backbone_indices = backbone_indices
        self.align_corners = align_corners
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        maps = self.backbone(x)
        logits = self.decode([maps[i] for i in self.backbone_indices])
        size = spatial_size(x)
        return [
            interpolate(y, size=size, mode="bilinear", align_corners=self.align_corners)
            for y in logits
        ]


def _to(guide, x, upsample):
    return upsample(x, guide=guide, size=spatial_size(guide))


def _fusing_upsamplers(owner, spec, channels, strides):
    """One upsampler from each level but the finest straight to the finest."""
    ratios = {f"level_{i}": s // strides[0] for i, s in enumerate(strides) if i}
    sites = [site for site, ratio in ratios.items() if ratio > 1]
    specs = spec_of_each_site(owner, "fuse_upsample", spec, sites)
    known = {"guide_channels": channels, "kind": Upsampler}
    return nn.LayerList(
        build(specs[name], channels, scale=ratio, site=f"fuse_upsample.{name}", **known)
        if ratio > 1
        else SameSize()
        for name, ratio in ratios.items()
    )
