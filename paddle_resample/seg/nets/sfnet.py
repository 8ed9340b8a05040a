"""SFNet with a choice of upsamplers where semantic flow aligns the pyramid."""

import paddle
import paddle.nn as nn
from paddleseg.cvlibs import manager
from paddleseg.models.sfnet import SFNetHead
from paddleseg.utils import load_entire_model

from ...ops import interpolate, spatial_size
from .pyramid import read_pyramid, top_down_upsamplers

__all__ = ["ResampleSFNet"]


@manager.MODELS.add_component
class ResampleSFNet(nn.Layer):
    """SFNet whose alignment sites take specs; the default, flow, is the published one.

    With the default spec it is PaddleSeg's SFNet, parameter by parameter, over any
    backbone that says its channels. (PaddleSeg's is larger than the released one: its
    pyramid pooling ends in a 3x3 instead of a 1x1 convolution.)

    Args:
        num_classes: channels of the logits.
        backbone: PaddleSeg backbone.
        backbone_indices: its four maps, finest first.
        channels: C of the pyramid; None takes 128 over ResNet-18 and 256 otherwise, as
            published.
        enable_auxiliary_loss: whether every aligned level has its own logits.
        align_corners: of the last resizing, from logits to image.
        upsample: specs of the alignment sites, coarsest first: level_2, level_1,
            level_0; x is the coarser level, the guide the lateral map, C channels each.
            At a site whose maps have one size already (a backbone of output stride 8)
            the operator is built with scale 1.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, 3, H, W], any size.

    Returns:
        list of Tensor [N, num_classes, H, W]: with enable_auxiliary_loss those of the
        aligned levels first, as PaddleSeg orders them.

    Source: Li et al., "Semantic flow for fast and accurate scene parsing", ECCV 2020,
    section 3.

    Raises:
        UsageError: a spec is wrong, or an index is not there.
    """

    def __init__(
        self,
        num_classes,
        backbone,
        backbone_indices=(0, 1, 2, 3),
        channels=None,
        enable_auxiliary_loss=False,
        align_corners=False,
        upsample="flow",
        pretrained=None,
    ):
        super().__init__()
        owner = type(self).__name__
        in_channels, strides = read_pyramid(owner, backbone, backbone_indices)
        if channels is None:
            channels = 128 if getattr(backbone, "layers", None) == 18 else 256
        self.backbone = backbone
        self.backbone_indices = backbone_indices
        self.align_corners = align_corners
        self.head = SFNetHead(
            in_channels[-1], num_classes, in_channels, channels, enable_auxiliary_loss
        )
        self.head.fpn_out_align = top_down_upsamplers(
            owner, "upsample", upsample, channels, strides, aligning=True
        )
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        maps = self.backbone(x)
        logits = self._head([maps[i] for i in self.backbone_indices])
        resize = {"mode": "bilinear", "align_corners": self.align_corners}
        return [interpolate(y, size=spatial_size(x), **resize) for y in logits]

    def _head(self, maps):
        head = self.head
        y = head.ppm(maps[-1])
        levels, logits = [y], []
        for i in reversed(range(len(maps) - 1)):
            lateral = head.fpn_in[i](maps[i])
            size = spatial_size(lateral)
            y = lateral + head.fpn_out_align[i](y, guide=lateral, size=size)
            levels.insert(0, head.fpn_out[i](y))
            if head.enable_auxiliary_loss:
                logits.append(head.dsn[i](y))
        resize = {"mode": "bilinear", "align_corners": True}
        size = spatial_size(levels[0])
        fused = [interpolate(level, size=size, **resize) for level in levels[1:]]
        return [*logits, head.conv_last(paddle.concat([levels[0], *fused], axis=1))]
