"""FCN-Basic: SegNet-Basic's encoder under the decoder of FCN."""

import paddle.nn as nn
from paddleseg.cvlibs import manager
from paddleseg.utils import load_entire_model

from ...base import whole_number
from ...errors import UsageError
from ...initialise import bilinear_kernel
from .basic_encoder import BasicEncoder, basic_upsamplers, convolution

__all__ = ["ResampleFCNBasic"]

_DECONVOLUTION = {"name": "conv_transpose", "kernel_size": 8, "bias": False}


@manager.MODELS.add_component
class ResampleFCNBasic(nn.Layer):
    """FCN-Basic: upsample, normalise, add the encoder's map, at four levels.

    Rows of the SegNet paper's Table 1, default arguments but for what is named;
    parameters (batch norm included) at 11 classes, in brackets the paper's number:

    * Bilinear-Interpolation, upsample bilinear, no encoder_addition: 612,824 (0.625 M)
    * FCN-Basic: 645,912 (0.65 M)
    * FCN-Basic-NoAddition, no encoder_addition: 643,800 (0.65 M)
    * FCN-Basic-NoDimReduction, no dim_reduction: 1,661,824 (1.625 M)
    * FCN-Basic-NoAddition-NoDimReduction, neither: 1,661,824 (1.625 M)

    The paper's numbers are multiples of 0.025 M; the nearest one to the last two would
    be 1.65, and no reading of the text gives 1.625.

    Args:
        num_classes: K, channels of the logits.
        in_channels: channels of the image.
        width: channels of every level; the paper's is 64.
        encoder_addition: whether each upsampled map is added to the encoder's map of
            its size. That is the downsampled one (the paper's Fig. 3), so the last
            upsampler has none.
        dim_reduction: whether 1x1 convolutions bring the encoder's maps to K channels,
            with which the decoder works. Else it works with `width` channels and a 1x1
            convolution follows it.
        downsample: spec of a downsampler for all sites, or one for each
            (`site_specs`): level_1 to level_4, named after the level they land at.
        upsample: spec of an upsampler for all sites, or one for each: level_3 to
            level_0; default the 8x8 transposed convolution of the paper. The guide is
            the encoder's feature before the downsampler.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, in_channels, H, W], H and W at least 16.

    Returns:
        list of one Tensor: logits [N, num_classes, H, W].

    Source: Badrinarayanan et al., "SegNet", TPAMI 2017, section 3.1, after Long et al.,
    CVPR 2015. Transposed convolutions that are wide enough (from 4x4) are initialized
    as bilinear interpolation by 2, whatever the `init` of their spec; in an 8x8 kernel
    its 4x4 weights stand in the middle. The text does not say whether the authors' is
    that, or the kernel for 4 that fills 8x8 and multiplies by 4. "Batch normalization
    is used after each convolutional layer": here after every upsampler, whichever it
    is; without it, the paper's learning rate of 0.1 ends in NaN within ten steps
    (CamVid at 160x120, width 16, two seeds). No decoder filters, no bias. Left out, as
    in ResampleSegNetBasic: local contrast normalisation, pooling that pads an odd row.

    Raises:
        UsageError: a spec is wrong, a pair does not fit together, or the image is
            smaller than 16 pixels.
    """

    def __init__(
        self,
        num_classes,
        in_channels=3,
        width=64,
        encoder_addition=True,
        dim_reduction=True,
        downsample="max_pool",
        upsample=_DECONVOLUTION,
        pretrained=None,
    ):
        super().__init__()
        owner = type(self).__name__
        sizes = {"num_classes": num_classes, "in_channels": in_channels, "width": width}
        for key, value in sizes.items():
            whole_number(owner, key, value)
        self.encoder_addition = encoder_addition
        self.encoder = BasicEncoder(owner, in_channels, width, downsample)
        channels = num_classes if dim_reduction else width
        self.up = basic_upsamplers(self.encoder, upsample, channels)
        self.norm = nn.LayerList(nn.BatchNorm2D(channels) for _ in self.up)
        self.reduce = nn.LayerList(  # finest map first
            convolution(width, channels, 1) if dim_reduction else nn.Identity()
            for _ in range(4 if encoder_addition else 1)
        )
        self.head = (
            nn.Identity() if dim_reduction else convolution(width, num_classes, 1)
        )
        for up in self.up:
            if dim_reduction and up.needs_side:
                raise UsageError(
                    f"{owner}: {up.name} uses what was recorded of the encoder's "
                    f"{width} channels, but dim_reduction leaves {channels}; set "
                    "dim_reduction: false"
                )
            _start_bilinear(up)
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        levels = self.encoder(x, self.up)
        x = self.reduce[-1](levels[-1].pooled)
        for up, norm in zip(self.up, self.norm):
            level = levels.pop()
            x = norm(up(x, guide=level.feature, side=level.side, size=level.size))
            if self.encoder_addition and levels:
                x = x + self.reduce[len(levels) - 1](levels[-1].pooled)
        return [self.head(x)]


def _start_bilinear(up):
    for layer in up.sublayers(include_self=True):
        if isinstance(layer, nn.Conv2DTranspose) and layer.weight.shape[-1] >= 4:
            bilinear_kernel(layer.weight, scale=2)
