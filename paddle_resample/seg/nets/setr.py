"""SETR: a ViT and one of three decoders, with a choice of upsamplers at every site."""

import paddle.nn as nn
from paddleseg.cvlibs import manager
from paddleseg.models.backbones.vision_transformer import VisionTransformer
from paddleseg.utils import load_entire_model

from ...base import whole_number
from ...errors import UsageError, did_you_mean
from ...ops import interpolate, pad_to_multiple, spatial_size
from .setr_heads import NaiveHead, PUPHead
from .setr_mla_head import MLAHead

__all__ = ["ResampleSETR"]

_HEADS = {"naive": NaiveHead, "pup": PUPHead, "mla": MLAHead}


@manager.MODELS.add_component
class ResampleSETR(nn.Layer):
    """SETR whose upsampling sites take specs, over PaddleSeg's VisionTransformer.

    By default the published heads: bilinear interpolation and convolutions, no
    transposed convolution anywhere. `upsample: conv_transpose` makes SETR as it is
    often told. Decoder parameters with 19 classes over ViT-L (24 blocks of 1024
    channels): naive 269,843, pup 4,138,771, mla 5,279,251; auxiliary heads not counted.

    Args:
        num_classes: channels of the logits.
        backbone: PaddleSeg's VisionTransformer with square patches of P x P pixels.
        backbone_indices: blocks that are read; mla reads four. Default, for 24 blocks:
            9, 14, 19, 23, for mla 5, 11, 17, 23.
        head: "naive", "pup" or "mla", see `setr_heads` and
            `setr_mla_head`.
        upsample: spec of an upsampler for all sites of the head, or one for each
            (`site_specs`): naive has stride_1, pup stride_{P/2} to stride_1, mla p2,
            p3, p4, p5 and stride_1. Default as published: bilinear, at p2 to p5 with
            aligned corners. The sites keep the channels; guided upsamplers get the
            image, averaged to the resolution they work towards.
        channels: of the decoder's convolutions.
        lr_multiple: factor of the decoder's learning rate, as published.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg. Parameters
            are named as in PaddleSeg's SegmentationTransformer; its naive and pup
            weights fit, its mla has biases that the published one has not.

    Call:
        x: float [N, C, H, W], any size.

    Returns:
        list of Tensor [N, num_classes, H, W]: the logits; while training also those of
        the auxiliary heads (naive: one less than blocks read, pup: as many, mla: 4),
        resized bilinearly.

    Grid: the image is completed with zeros at the bottom and right to whole patches,
    and the result is cropped. PaddleSeg's backbone resizes its positions unless the
    number of patches is the one it was built for, whatever their layout.

    Source: Zheng et al., "Rethinking semantic segmentation from a sequence-to-sequence
    perspective with transformers", CVPR 2021, section 3.3. Every auxiliary head and
    every branch of mla has weights of its own; in PaddleSeg's class they share them.

    Raises:
        UsageError: another backbone, head or number of blocks, a block that is not
            there, patches the head cannot undo, or a wrong spec.
    """

    def __init__(
        self,
        num_classes,
        backbone,
        backbone_indices=None,
        head="naive",
        upsample=None,
        channels=256,
        lr_multiple=10,
        pretrained=None,
    ):
        super().__init__()
        whole_number("ResampleSETR", "num_classes", num_classes)
        whole_number("ResampleSETR", "channels", channels)
        cls = _find(head)
        if not isinstance(backbone, VisionTransformer):
            raise UsageError(
                "ResampleSETR: the backbone must be a VisionTransformer (ViT_*), not "
                f"{type(backbone).__name__}"
            )
        self.backbone = backbone
        self.backbone_indices = _blocks(backbone, backbone_indices or cls.blocks)
        in_channels, image_channels, _, self.patch = (
            backbone.patch_embed.proj.weight.shape
        )
        self.head = cls(
            num_classes,
            in_channels,
            channels,
            self.patch,
            upsample,
            len(self.backbone_indices),
            image_channels,
            "ResampleSETR",
        )
        for name, parameter in self.head.named_parameters():
            # What mla does before its branches belongs to the published backbone.
            if not name.startswith(("norms.", "mla.")):
                parameter.optimize_attr["learning_rate"] = lr_multiple
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        height, width = (spatial_size(x)[i] for i in (0, 1))
        image = pad_to_multiple(x, self.patch)
        whole = spatial_size(image)
        features, _ = self.backbone(image)
        tokens = [features[i] for i in self.backbone_indices]
        size = [whole[i] // self.patch for i in (0, 1)]
        logits, *aux = self.head(tokens, size, image)
        aux = [interpolate(y, size=whole, mode="bilinear") for y in aux]
        return [y[:, :, :height, :width] for y in (logits, *aux)]


def _find(head):
    if head not in _HEADS:
        raise UsageError(
            f"ResampleSETR: unknown head {head!r}{did_you_mean(head, _HEADS)}"
        )
    return _HEADS[head]


def _blocks(backbone, indices):
    depth = len(backbone.blocks)
    for i in indices:
        if not isinstance(i, int) or not 0 <= i < depth:
            raise UsageError(
                f"ResampleSETR: backbone_indices {list(indices)} must lie between 0 "
                f"and {depth - 1}, for the backbone has {depth} blocks"
            )
    return list(indices)
