"""Feature pyramid decoder: step by step from coarse to fine, adding finer stages."""

import paddle.nn as nn
from paddleseg.cvlibs import manager
from paddleseg.utils import load_entire_model

from ...ops import interpolate, spatial_size
from .pyramid import chosen_maps, read_pyramid, top_down_upsamplers

__all__ = ["ResampleFPN", "TopDownPathway"]


class TopDownPathway(nn.Layer):
    """f_L = conv(x_L), f_l = conv(x_l) + up(f_{l+1}).

    Args:
        owner: name of the network, for messages.
        in_channels, strides: of the stages, finest first.
        width: D, channels of every level.
        upsample: specs of the sites, coarsest first: level_2, level_1, level_0; the
            guide is conv(x_l), D channels.

    Call:
        maps: list of float [N, C_l, H_l, W_l], finest first.

    Returns:
        list of [N, D, H_l, W_l], finest first.

    Source: Lin et al., "Feature pyramid networks", CVPR 2017, section 3; initialized as
    there released (Xavier). Parameters: D * (sum of C_l + number of stages).
    """

    def __init__(self, owner, in_channels, strides, width, upsample):
        super().__init__()
        xavier = nn.initializer.XavierUniform()
        self.lateral = nn.LayerList(
            nn.Conv2D(channels, width, 1, weight_attr=xavier)
            for channels in in_channels
        )
        self.up = top_down_upsamplers(owner, "upsample", upsample, width, strides)

    def forward(self, maps):
        levels = [conv(x) for conv, x in zip(self.lateral, maps)]
        for i in reversed(range(len(levels) - 1)):
            guide = levels[i]
            levels[i] = guide + self.up[i](
                levels[i + 1], guide=guide, size=spatial_size(guide)
            )
        return levels


@manager.MODELS.add_component
class ResampleFPN(nn.Layer):
    """Progressive interpolation over any backbone, then a 1x1 classifier.

    Every stage goes to one width by a 1x1 convolution, then from the coarsest on
    enlarge and add, which tutorials call step-by-step interpolation. Logits are made at
    the finest stage and resized to the image bilinearly.

    Args:
        num_classes: channels of the logits.
        backbone: PaddleSeg backbone.
        backbone_indices: its maps, finest first; None takes all.
        channels: D, the one width.
        upsample: specs of the sites, see `TopDownPathway`.
        align_corners: of the last resizing, from logits to image.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, 3, H, W], any size.

    Returns:
        list of one Tensor: logits [N, num_classes, H, W].

    Source: Lin et al., "Feature pyramid networks", CVPR 2017, without the 3x3
    convolutions after each sum; for PVT's widths (64, 128, 320, 512) and D = 256 its
    convolutions have 263,168 parameters.

    Raises:
        UsageError: a spec is wrong, or an index is not there.
    """

    def __init__(
        self,
        num_classes,
        backbone,
        backbone_indices=None,
        channels=256,
        upsample="nearest",
        align_corners=False,
        pretrained=None,
    ):
        super().__init__()
        owner = type(self).__name__
        in_channels, strides = read_pyramid(owner, backbone, backbone_indices)
        self.backbone = backbone
        self.backbone_indices = backbone_indices
        self.align_corners = align_corners
        self.decoder = TopDownPathway(owner, in_channels, strides, channels, upsample)
        self.head = nn.Conv2D(channels, num_classes, 1)
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        maps = chosen_maps(self.backbone, self.backbone_indices, x)
        logits = self.head(self.decoder(maps)[0])
        resize = {"mode": "bilinear", "align_corners": self.align_corners}
        return [interpolate(logits, size=spatial_size(x), **resize)]
