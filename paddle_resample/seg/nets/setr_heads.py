"""SETR's decoders of one block's tokens, and what its third, `setr_mla_head`, shares.

Each stands alone, too: tokens in, logits of the image's size out.
"""

from math import log2

import paddle.nn as nn
import paddle.nn.functional as F
from paddleseg.models.layers import ConvBNReLU

from ...base import Upsampler
from ...errors import UsageError
from ...registry import build
from ...site_specs import spec_of_each_site

__all__ = [
    "NaiveHead",
    "PUPHead",
    "Row",
    "TokenMap",
    "conv_bn_relu",
    "head_upsamplers",
]


class TokenMap(nn.LayerNorm):
    """LayerNorm of tokens [N, h*w, C], laid out as a map [N, C, h, w]."""

    def __init__(self, channels):
        super().__init__(channels, epsilon=1e-6)

    def forward(self, x, size):
        y = nn.LayerNorm.forward(self, x)  # Paddle 2.6 cannot trace super()
        return y.transpose([0, 2, 1]).reshape([0, x.shape[-1], size[0], size[1]])


class Row(nn.Sequential):
    """Layers one after the other, upsamplers with their guide among them.

    Args:
        stride: pixels of the image per pixel of x.
        layers: of any kind; an Upsampler divides the stride by its scale.

    Call:
        x: [N, C, H, W].
        image: [N, channels, H*stride, W*stride]; guided upsamplers get it averaged to
            the resolution they work towards.

    Returns:
        result of the last layer.
    """

    def __init__(self, stride, *layers):
        super().__init__(*layers)
        self.stride = stride

    def forward(self, x, image):
        stride = self.stride
        for layer in list(self.children()):
            if isinstance(layer, Upsampler):
                stride //= layer.scale
                averaged = layer.needs_guide and image is not None
                guide = F.avg_pool2d(image, stride) if averaged else None
                x = layer(x, guide=guide)
            else:
                x = layer(x)
        return x


class RowHead(nn.Layer):
    """A norm and a row for the decoder, and for every auxiliary head.

    Call:
        tokens: list of [N, h*w, C]. The last feeds the decoder; while training, the
            first feeds the first auxiliary head, and so on.
        size: (h, w).
        image: [N, image_channels, h*P, w*P], guide of upsamplers that need one.

    Returns:
        list of Tensor: logits [N, num_classes, h*P, w*P]; auxiliary ones, coarser.
    """

    def __init__(self, in_channels, row, aux_rows):
        super().__init__()
        self.cls_head_norm = TokenMap(in_channels)
        self.cls_head = row
        self.aux_head_norms = nn.LayerList([TokenMap(in_channels) for _ in aux_rows])
        self.aux_heads = nn.LayerList(aux_rows)

    def forward(self, tokens, size, image=None):
        logits = [self.cls_head(self.cls_head_norm(tokens[-1], size), image)]
        if self.training:
            for norm, row, x in zip(self.aux_head_norms, self.aux_heads, tokens):
                logits.append(row(norm(x, size), image))
        return logits


class NaiveHead(RowHead):
    """Two 1x1 convolutions, then one upsampler by P to the image's size.

    Args:
        num_classes: channels of the logits.
        in_channels: C of the tokens.
        channels: of the convolution, 256 as published.
        patch: P, side of the patches the tokens stand for.
        upsample: spec of an upsampler for all sites, or one for each (`site_specs`);
            sites are named after the stride they land at, here stride_1 alone. None
            takes the published one. The guide is the image, averaged to the resolution
            the upsampler works towards.
        read: blocks whose tokens are read; all but the last have an auxiliary head,
            the same two convolutions.
        image_channels: of the image, for an operator that it guides.
        owner: name that messages begin with.

    Call, Returns: as RowHead.

    Source: Zheng et al., CVPR 2021, section 3.3 (1).

    >>> import paddle
    >>> from paddle_resample.seg.nets import NaiveHead
    >>> head = NaiveHead(19, 48, patch=16)
    >>> _ = head.eval()
    >>> list(head([paddle.ones([1, 4 * 6, 48])], (4, 6))[0].shape)
    [1, 19, 64, 96]
    """

    blocks = (9, 14, 19, 23)
    published = "bilinear"

    @staticmethod
    def sites(patch):
        return ["stride_1"]

    def __init__(
        self,
        num_classes,
        in_channels,
        channels=256,
        patch=16,
        upsample=None,
        read=1,
        image_channels=3,
        owner="NaiveHead",
    ):
        grow = head_upsamplers(owner, type(self), patch, upsample, image_channels)

        def convolutions():
            return (
                ConvBNReLU(in_channels, channels, 1),
                nn.Conv2D(channels, num_classes, 1),
            )

        row = Row(patch, *convolutions(), grow("stride_1", num_classes, patch))
        aux = [Row(patch, *convolutions()) for _ in range(read - 1)]
        super().__init__(in_channels, row, aux)


class PUPHead(RowHead):
    """Progressive upsampling: 3x3 convolution, batch norm, ReLU and an upsampler by 2
    in turn, as often as it takes from P pixels to one.

    The classifier comes before the last upsampler. Auxiliary heads, one for each block
    read: one such convolution, bilinear interpolation by 4, the classifier.

    Args: as NaiveHead; sites stride_{P/2} to stride_1. read may be 0, for one block
        without an auxiliary head.

    Call, Returns: as RowHead.

    Source: Zheng et al., CVPR 2021, section 3.3 (2).

    Raises:
        UsageError: P is no power of 2, or a spec is wrong.

    >>> import paddle
    >>> from paddle_resample.seg.nets import PUPHead
    >>> head = PUPHead(19, 48, channels=32, upsample="conv_transpose")
    >>> _ = head.eval()
    >>> list(head([paddle.ones([1, 4 * 6, 48])], (4, 6))[0].shape)
    [1, 19, 64, 96]
    """

    blocks = (9, 14, 19, 23)
    published = "bilinear"

    @staticmethod
    def sites(patch):
        steps = int(log2(patch))
        if steps < 1 or patch != 2**steps:
            raise UsageError(
                "SETR's head 'pup' doubles the map until it has the image's "
                f"size, so the backbone's patches must be a power of 2, not {patch}"
            )
        return [f"stride_{2**step}" for step in reversed(range(steps))]

    def __init__(
        self,
        num_classes,
        in_channels,
        channels=256,
        patch=16,
        upsample=None,
        read=0,
        image_channels=3,
        owner="PUPHead",
    ):
        grow = head_upsamplers(owner, type(self), patch, upsample, image_channels)
        *sites, last = self.sites(patch)
        steps, arriving = [], in_channels
        for site in sites:
            steps += [conv_bn_relu(arriving, channels), grow(site, channels, 2)]
            arriving = channels
        row = Row(
            patch,
            *steps,
            conv_bn_relu(arriving, channels),
            nn.Conv2D(channels, num_classes, 1),
            grow(last, num_classes, 2),
        )
        aux = [
            Row(
                patch,
                conv_bn_relu(in_channels, channels),
                nn.Upsample(scale_factor=4, mode="bilinear"),
                nn.Conv2D(channels, num_classes, 1),
            )
            for _ in range(read)
        ]
        super().__init__(in_channels, row, aux)


def head_upsamplers(owner, cls, patch, upsample, image_channels):
    """Function (site, channels, scale) -> Upsampler of a head's class."""
    spec = cls.published if upsample is None else upsample
    specs = spec_of_each_site(owner, "upsample", spec, cls.sites(patch))

    def grow(site, channels, scale):
        return build(
            specs[site],
            channels,
            scale=scale,
            guide_channels=image_channels,
            kind=Upsampler,
            site=f"upsample.{site}",
        )

    return grow


def conv_bn_relu(in_channels, out_channels, kernel_size=3, **options):
    """Convolution that keeps the size, batch norm, ReLU."""
    return ConvBNReLU(
        in_channels, out_channels, kernel_size, padding=kernel_size // 2, **options
    )
