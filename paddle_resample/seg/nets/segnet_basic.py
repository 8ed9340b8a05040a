"""SegNet-Basic, the small SegNet with which its paper compares ways to upsample."""

import paddle.nn as nn
from paddleseg.cvlibs import manager
from paddleseg.utils import load_entire_model

from ...base import whole_number
from ...errors import UsageError, did_you_mean
from .basic_encoder import BasicEncoder, basic_upsamplers, convolution

__all__ = ["ResampleSegNetBasic"]

_DECODERS = ("multi_channel", "single_channel")


@manager.MODELS.add_component
class ResampleSegNetBasic(nn.Layer):
    """SegNet-Basic: upsample, then 7x7 convolution and batch norm, at four levels.

    Rows of the paper's Table 1, default arguments but for what is named; parameters
    (batch norm included) at 11 classes, in brackets the paper's number:

    * SegNet-Basic: 1,416,064 (1.425 M)
    * SegNet-Basic-EncoderAddition, encoder_addition: 1,416,064 (1.425 M)
    * SegNet-Basic-SingleChannelDecoder, decoder single_channel: 625,792 (0.625 M)

    The paper's numbers are these, rounded to multiples of 0.025 M. Its other rows are
    ResampleFCNBasic's.

    Args:
        num_classes: channels of the logits.
        in_channels: channels of the image.
        width: channels of every level; the paper's is 64.
        decoder: "multi_channel" (a decoder filter sees all channels) or
            "single_channel" (only its own, a depthwise convolution).
        encoder_addition: whether each decoder map is added to the encoder's map of its
            size. That is the downsampled one (the paper's Fig. 3), so the last decoder
            has none.
        downsample: spec of a downsampler for all sites, or one for each
            (`site_specs`): level_1 to level_4, named after the level they land at.
        upsample: spec of an upsampler for all sites, or one for each: level_3 to
            level_0. The guide is the encoder's feature before the downsampler.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, in_channels, H, W], H and W at least 16.

    Returns:
        list of one Tensor: logits [N, num_classes, H, W].

    Source: Badrinarayanan et al., "SegNet", TPAMI 2017, section 3.1. No bias anywhere
    and no ReLU in the decoder, as the text says (the authors' Caffe file has biases).
    Left out: the local contrast normalisation of the image, and Caffe's pooling that
    pads an odd last row (360x480 ends in 23x30 there, in 22x30 here).

    Raises:
        UsageError: a spec is wrong, a pair does not fit together, an unknown decoder,
            or the image is smaller than 16 pixels.
    """

    def __init__(
        self,
        num_classes,
        in_channels=3,
        width=64,
        decoder="multi_channel",
        encoder_addition=False,
        downsample="max_pool",
        upsample="max_unpool",
        pretrained=None,
    ):
        super().__init__()
        owner = type(self).__name__
        sizes = {"num_classes": num_classes, "in_channels": in_channels, "width": width}
        for key, value in sizes.items():
            whole_number(owner, key, value)
        if decoder not in _DECODERS:
            raise UsageError(
                f"{owner}: unknown decoder {decoder!r}"
                f"{did_you_mean(decoder, _DECODERS)}"
            )
        self.encoder_addition = encoder_addition
        self.encoder = BasicEncoder(owner, in_channels, width, downsample)
        self.up = basic_upsamplers(self.encoder, upsample, width)
        groups = width if decoder == "single_channel" else 1
        self.decoder = nn.LayerList(
            nn.Sequential(convolution(width, width, 7, groups), nn.BatchNorm2D(width))
            for _ in self.up
        )
        self.head = convolution(width, num_classes, 1)
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        levels = self.encoder(x, self.up)
        x = levels[-1].pooled
        for up, decode in zip(self.up, self.decoder):
            level = levels.pop()
            x = decode(up(x, guide=level.feature, side=level.side, size=level.size))
            if self.encoder_addition and levels:
                x = x + levels[-1].pooled
        return [self.head(x)]
