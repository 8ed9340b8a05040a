"""DeepLabV3+: atrous pyramid pooling, upsampling to a finer map, a small decoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import paddle
import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import KaimingUniform, XavierUniform
from paddleseg.cvlibs import manager
from paddleseg.utils import load_entire_model

from ...base import Upsampler, whole_number
from ...errors import UsageError
from ...ops import spatial_size
from ...registry import build
from .pyramid import SameSize, logits_upsampler, read_pyramid

__all__ = ["DeepLabV3PlusDecoder", "ResampleDeepLabV3Plus"]

_PUBLISHED = {"name": "bilinear", "align_corners": True}


class DeepLabV3PlusDecoder(nn.Layer):
    """ASPP on the deep map, upsampling, joined with the narrowed low map, convolved.

    Args:
        in_channels: channels of the deep map.
        low_in_channels: channels of the low-level map.
        channels: C of the pooled map and of the result.
        scale: how many times finer the low-level map is.
        atrous_rates: dilations of ASPP's 3x3 convolutions.
        separable: whether those are depthwise convolutions followed by 1x1 ones.
        low_channels: that the low-level map is narrowed to.
        dropout: rate behind ASPP.
        upsample: spec of the site from the deep map to the low-level one, C channels;
            the guide is the narrowed low-level map.
        owner: name that messages begin with.

    Call:
        low: float [N, low_in_channels, h, w].
        deep: [N, in_channels, h / scale, w / scale], odd sizes rounded either way.

    Returns:
        [N, C, h, w].

    Source: Chen et al., "Encoder-decoder with atrous separable convolution for semantic
    image segmentation", ECCV 2018, figure 2; initialization, and a separable
    convolution behind ASPP, as segmentation_models_pytorch has them, whose weights
    `load_official` takes.

    Raises:
        UsageError: the spec is wrong, or cannot do the scale.

    >>> import paddle
    >>> from paddle_resample.seg.nets import DeepLabV3PlusDecoder
    >>> decoder = DeepLabV3PlusDecoder(32, 16, channels=24)
    >>> list(decoder(paddle.ones([2, 16, 24, 32]), paddle.ones([2, 32, 6, 8])).shape)
    [2, 24, 24, 32]
    """

    def __init__(
        self,
        in_channels: int,
        low_in_channels: int,
        channels: int = 256,
        scale: int = 4,
        atrous_rates: Sequence[int] = (12, 24, 36),
        separable: bool = True,
        low_channels: int = 48,
        dropout: float = 0.5,
        upsample: Any = _PUBLISHED,
        owner: str = "DeepLabV3PlusDecoder",
    ):
        super().__init__()
        sizes = {"channels": channels, "low_channels": low_channels}
        for key, value in sizes.items():
            whole_number(owner, key, value)
        for rate in atrous_rates:
            whole_number(owner, "atrous_rates", rate)
        self.aspp = nn.Sequential(
            ASPP(in_channels, channels, atrous_rates, separable, dropout),
            _separable(channels, channels),
            nn.BatchNorm2D(channels),
            nn.ReLU(),
        )
        self.block1 = _with_norm(_conv(low_in_channels, low_channels), low_channels)
        self.up = SameSize()
        if scale > 1:
            self.up = build(
                upsample,
                channels,
                scale=scale,
                guide_channels=low_channels,
                kind=Upsampler,
                site="upsample",
            )
        self.block2 = _with_norm(
            _separable(low_channels + channels, channels), channels
        )

    def forward(self, low: Tensor, deep: Tensor) -> Tensor:
        low = self.block1(low)
        y = self.up(self.aspp(deep), guide=low, size=spatial_size(low))
        return self.block2(paddle.concat([y, low], axis=1))


class ASPP(nn.Layer):
    """Atrous spatial pyramid pooling: a 1x1 convolution, dilated 3x3 convolutions and
    the mean of the map, side by side, then a 1x1 convolution and dropout."""

    def __init__(self, in_channels, channels, rates, separable, dropout):
        super().__init__()
        make = _separable if separable else _conv
        dilated = [make(in_channels, channels, 3, dilation=rate) for rate in rates]
        self.convs = nn.LayerList(
            _with_norm(layer, channels)
            for layer in (_conv(in_channels, channels), *dilated)
        )
        self.convs.append(
            nn.Sequential(
                nn.AdaptiveAvgPool2D(1),
                *_with_norm(_conv(in_channels, channels), channels),
            )
        )
        self.project = nn.Sequential(
            *_with_norm(_conv(len(self.convs) * channels, channels), channels),
            nn.Dropout(dropout),
        )

    def forward(self, x):
        *local, whole = self.convs
        maps = [layer(x) for layer in local]
        # Interpolation of one pixel repeats it; ONNX's converter loses expand_as.
        maps.append(whole(x) + paddle.zeros_like(maps[0]))
        return self.project(paddle.concat(maps, axis=1))


@manager.MODELS.add_component
class ResampleDeepLabV3Plus(nn.Layer):
    """DeepLabV3+ over any backbone, with a choice of upsamplers at both its sites.

    Over ResNet-50 the decoder has 3,169,296 parameters, as in
    segmentation_models_pytorch. (PaddleSeg's DeepLabV3P has other convolutions and
    borders; `type: Resampled` changes its sites.)

    Args:
        num_classes: channels of the logits.
        backbone: PaddleSeg backbone; with `output_stride: 8` or 16 as published.
        backbone_indices: its low-level and its deep map.
        channels, atrous_rates, separable, low_channels, dropout: see
            `DeepLabV3PlusDecoder`.
        upsample: spec of the site from the deep to the low-level map. An operator whose
            guide must have the channels of x needs low_channels equal to channels.
        upsample_logits: spec of the site from the logits to the image, which is the
            guide.
        in_channels: of the image, for an operator that it guides.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, in_channels, H, W], any size the backbone takes.

    Returns:
        list of one Tensor: logits [N, num_classes, H, W].

    Source: Chen et al., ECCV 2018. Both sites are bilinear with aligned corners, as in
    the authors' TensorFlow code.

    Raises:
        UsageError: a spec is wrong, or not two indices from fine to coarse.
    """

    def __init__(
        self,
        num_classes,
        backbone,
        backbone_indices=(0, 3),
        channels=256,
        atrous_rates=(12, 24, 36),
        separable=True,
        low_channels=48,
        dropout=0.5,
        upsample=_PUBLISHED,
        upsample_logits=_PUBLISHED,
        in_channels=3,
        pretrained=None,
    ):
        super().__init__()
        owner = type(self).__name__
        if len(backbone_indices) != 2:
            raise UsageError(
                f"{owner}: backbone_indices must be two, of the low-level and of the "
                f"deep map, not {list(backbone_indices)}"
            )
        widths, strides = read_pyramid(owner, backbone, backbone_indices)
        if strides[1] % strides[0]:
            raise UsageError(f"{owner}: strides {strides} have no integer ratio")
        self.backbone = backbone
        self.backbone_indices = backbone_indices
        self.decoder = DeepLabV3PlusDecoder(
            widths[1],
            widths[0],
            channels,
            strides[1] // strides[0],
            atrous_rates,
            separable,
            low_channels,
            dropout,
            upsample,
            owner,
        )
        self.head = nn.Conv2D(channels, num_classes, 1, weight_attr=XavierUniform())
        self.upsample_logits = logits_upsampler(
            upsample_logits, num_classes, strides[0], in_channels
        )
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        maps = self.backbone(x)
        low, deep = (maps[i] for i in self.backbone_indices)
        logits = self.head(self.decoder(low, deep))
        return [self.upsample_logits(logits, guide=x, size=spatial_size(x))]


def _conv(in_channels, out_channels, kernel_size=1, dilation=1, groups=1):
    return nn.Conv2D(
        in_channels,
        out_channels,
        kernel_size,
        padding=kernel_size // 2 * dilation,
        dilation=dilation,
        groups=groups,
        weight_attr=KaimingUniform(nonlinearity="relu"),
        bias_attr=False,
    )


def _separable(in_channels, out_channels, kernel_size=3, dilation=1):
    return nn.Sequential(
        _conv(in_channels, in_channels, kernel_size, dilation, groups=in_channels),
        _conv(in_channels, out_channels),
    )


def _with_norm(layer, channels):
    return nn.Sequential(layer, nn.BatchNorm2D(channels), nn.ReLU())
