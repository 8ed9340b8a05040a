"""Semantic FPN: a feature pyramid whose levels climb to the finest, each by its own
convolutions, and are summed."""

from math import log2

import paddle.nn as nn
from paddleseg.cvlibs import manager
from paddleseg.models.layers import SyncBatchNorm
from paddleseg.utils import load_entire_model

from ...base import Upsampler
from ...errors import UsageError
from ...ops import interpolate, spatial_size
from ...registry import build
from ...site_specs import spec_of_each_site
from .fpn import TopDownPathway
from .pyramid import chosen_maps, read_pyramid

__all__ = ["ResampleSemanticFPN"]


@manager.MODELS.add_component
class ResampleSemanticFPN(nn.Layer):
    """Semantic FPN with a choice of upsamplers on both its ways up.

    Over PVT (widths 64, 128, 320, 512) with 150 classes the decoder has 4,266,646
    parameters: the published 17.0 M of PVT-Tiny + Semantic FPN.

    Args:
        num_classes: channels of the logits.
        backbone: PaddleSeg backbone.
        backbone_indices: its maps, finest first; None takes all.
        channels: D of the pyramid.
        head_channels: E of the climbing branches.
        upsample: specs of the pyramid's sites, see `TopDownPathway`.
        head_upsample: specs of the branches' sites: the branch of level l climbs by
            factors of 2, and `level_3_stride_8` is where level 3's lands at stride 8.
            Order: level 1 to the coarsest, each from coarse to fine. The guide is the
            pyramid's level of that stride (D channels).
        dropout_prob: before the classifier.
        align_corners: of the last resizing, from logits to image.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, 3, H, W], any size.

    Returns:
        list of one Tensor: logits [N, num_classes, H, W].

    Source: Kirillov et al., "Panoptic feature pyramid networks", CVPR 2019, section
    3.2, as PVT (ICCV 2021) trains it: batch norm, pyramid by nearest, branches by
    bilinear interpolation. PaddleSeg's PFPNNet is another network: it feeds the
    branches in the wrong order and never runs the last one.

    Raises:
        UsageError: a spec is wrong, an index is not there, or a stride is no power of
            2 times the finest.
    """

    def __init__(
        self,
        num_classes,
        backbone,
        backbone_indices=None,
        channels=256,
        head_channels=128,
        upsample="nearest",
        head_upsample="bilinear",
        dropout_prob=0.1,
        align_corners=False,
        pretrained=None,
    ):
        super().__init__()
        owner = type(self).__name__
        in_channels, strides = read_pyramid(owner, backbone, backbone_indices)
        self.backbone = backbone
        self.backbone_indices = backbone_indices
        self.align_corners = align_corners
        self.pyramid = TopDownPathway(owner, in_channels, strides, channels, upsample)
        self.smooth = nn.LayerList(
            nn.Conv2D(
                channels,
                channels,
                3,
                padding=1,
                weight_attr=nn.initializer.XavierUniform(),
            )
            for _ in strides
        )
        climbs = [_strides_on_the_way(owner, s, strides[0]) for s in strides]
        sites = [f"level_{i}_stride_{s}" for i, way in enumerate(climbs) for s in way]
        specs = spec_of_each_site(owner, "head_upsample", head_upsample, sites)
        self.branches = nn.LayerList()
        for i, way in enumerate(climbs):
            names = [f"level_{i}_stride_{s}" for s in way]
            ups = {name: specs[name] for name in names}
            guides = [strides.index(s) if s in strides else None for s in way]
            self.branches.append(Branch(channels, head_channels, ups, guides))
        self.dropout = nn.Dropout2D(dropout_prob)
        self.head = nn.Conv2D(head_channels, num_classes, 1)
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        maps = chosen_maps(self.backbone, self.backbone_indices, x)
        levels = [conv(x) for conv, x in zip(self.smooth, self.pyramid(maps))]
        climbed = [branch(y, levels) for branch, y in zip(self.branches, levels)]
        logits = self.head(self.dropout(sum(climbed)))
        resize = {"mode": "bilinear", "align_corners": self.align_corners}
        return [interpolate(logits, size=spatial_size(x), **resize)]


class Branch(nn.Layer):
    """3x3 convolution, batch norm, ReLU and x2, as often as the way up is long; at
    least one convolution."""

    def __init__(self, in_channels, channels, specs, guides):
        super().__init__()
        self.guides = guides
        self.conv = nn.LayerList()
        self.up = nn.LayerList()
        for step in range(max(len(specs), 1)):
            self.conv.append(
                nn.Sequential(
                    nn.Conv2D(
                        in_channels if step == 0 else channels,
                        channels,
                        3,
                        padding=1,
                        bias_attr=False,
                    ),
                    SyncBatchNorm(channels),
                    nn.ReLU(),
                )
            )
        for (site, spec), guide in zip(specs.items(), guides):
            self.up.append(
                build(
                    spec,
                    channels,
                    scale=2,
                    guide_channels=None if guide is None else in_channels,
                    kind=Upsampler,
                    site=f"head_upsample.{site}",
                )
            )

    def forward(self, x, levels):
        if not self.guides:
            return self.conv[0](x)
        for conv, up, level in zip(self.conv, self.up, self.guides):
            guide = None if level is None else levels[level]
            size = None if level is None else spatial_size(guide)
            x = up(conv(x), guide=guide, size=size)
        return x


def _strides_on_the_way(owner, stride, finest):
    """Strides at which the branch of a level lands, coarse to fine."""
    steps = log2(stride / finest)
    if steps % 1:
        raise UsageError(
            f"{owner}: stride {stride} is no power of 2 times the finest, {finest}"
        )
    return [stride // 2 ** (k + 1) for k in range(int(steps))]
