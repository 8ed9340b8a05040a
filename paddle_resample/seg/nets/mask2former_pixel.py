"""Mask2Former's pixel decoder: a deformable transformer on the coarse maps, then a
feature pyramid up to the finest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import paddle
import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import Constant, KaimingUniform, Normal, XavierUniform
from paddleseg.cvlibs import manager
from paddleseg.utils import load_entire_model

from ...base import whole_number
from ...errors import UsageError
from ...ops import regular_grid, spatial_size
from .ms_deform_encoder import EncoderLayer, position_code
from .pyramid import chosen_maps, logits_upsampler, read_pyramid, top_down_upsamplers
from .tokens import to_map, to_tokens

__all__ = ["MSDeformAttnPixelDecoder", "ResampleMask2FormerPixel"]


class MSDeformAttnPixelDecoder(nn.Layer):
    """Multi-scale deformable attention among the coarse maps, f = conv(lateral(x) +
    up(coarser f)) at the finer ones, and a 1x1 convolution of the finest f.

    The published decoder above ResNet-50 has 6,035,904 parameters.

    Args:
        in_channels: channels of the maps, finest first.
        strides: pixels of the image per pixel of each map; default 4, 8, 16, ...
        channels: C of all levels, a multiple of 4, of heads and of norm_groups.
        mask_channels: channels of the result; None takes C.
        upsample: specs of the sites above the transformer, coarsest first, named after
            the level they land at; published is level_0 alone. C channels; the guide is
            the lateral map.
        transformer_levels: number of coarse maps that enter the transformer.
        layers: of the transformer.
        heads, points: of its attention, see `MSDeformAttn`.
        feedforward: hidden channels of its multilayer perceptrons.
        dropout: of the transformer.
        norm_groups: of every group norm.
        owner: name that messages begin with.

    Call:
        maps: list of float [N, C_l, H_l, W_l], finest first.

    Returns:
        (mask features [N, mask_channels, H_0, W_0], list of [N, C, H_l, W_l], coarsest
        first: the transformer's maps, then those of the pyramid).

    Source: Cheng et al., "Masked-attention mask transformer for universal image
    segmentation", CVPR 2022, section 3.2.2 and its released code, whose weights
    `load_official` takes.

    Raises:
        UsageError: a spec is wrong, or channels that do not divide.

    >>> import paddle
    >>> from paddle_resample.seg.nets import MSDeformAttnPixelDecoder
    >>> decoder = MSDeformAttnPixelDecoder(
    ...     [4, 6, 8, 10], channels=16, layers=1, heads=2, norm_groups=4
    ... )
    >>> maps = [paddle.ones([1, c, 32 // s, 64 // s])
    ...         for c, s in [(4, 1), (6, 2), (8, 4), (10, 8)]]
    >>> features, levels = decoder(maps)
    >>> list(features.shape), list(levels[0].shape)
    ([1, 16, 32, 64], [1, 16, 4, 8])
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        strides: Sequence[int] | None = None,
        channels: int = 256,
        mask_channels: int | None = None,
        upsample: Any = "bilinear",
        transformer_levels: int = 3,
        layers: int = 6,
        heads: int = 8,
        points: int = 4,
        feedforward: int = 1024,
        dropout: float = 0.0,
        norm_groups: int = 32,
        owner: str = "MSDeformAttnPixelDecoder",
    ):
        super().__init__()
        counts = {"channels": channels, "transformer_levels": transformer_levels}
        counts.update(layers=layers, heads=heads, norm_groups=norm_groups)
        for key, value in counts.items():
            whole_number(owner, key, value)
        for key, divisor in (("heads", heads), ("norm_groups", norm_groups)):
            if channels % divisor or channels % 4:
                raise UsageError(
                    f"{owner}: channels={channels} must be a multiple of 4 and of "
                    f"{key}={divisor}"
                )
        finer = len(in_channels) - transformer_levels
        if finer < 0:
            raise UsageError(
                f"{owner}: transformer_levels={transformer_levels} are more than the "
                f"{len(in_channels)} maps"
            )
        strides = strides or [2 ** (level + 2) for level in range(len(in_channels))]
        self.channels, self.levels = channels, transformer_levels

        def norm():
            return nn.GroupNorm(norm_groups, channels)

        def conv(arriving, size):
            return nn.Conv2D(
                arriving,
                channels,
                size,
                padding=size // 2,
                weight_attr=_c2_xavier(arriving * size**2),
                bias_attr=False,
            )

        # The coarsest first, as the tokens stand.
        self.input_proj = nn.LayerList(
            nn.Sequential(
                nn.Conv2D(c, channels, 1, weight_attr=XavierUniform()), norm()
            )
            for c in reversed(in_channels[finer:])
        )
        self.level_embed = self.create_parameter(
            [transformer_levels, channels], default_initializer=Normal()
        )
        attention = (channels, transformer_levels, heads, points)
        self.layers = nn.LayerList(
            EncoderLayer(attention, feedforward, dropout) for _ in range(layers)
        )
        self.lateral = nn.LayerList(
            nn.Sequential(conv(c, 1), norm()) for c in in_channels[:finer]
        )
        self.output = nn.LayerList(
            nn.Sequential(conv(channels, 3), norm(), nn.ReLU()) for _ in range(finer)
        )
        self.up = top_down_upsamplers(
            owner, "upsample", upsample, channels, strides[: finer + 1]
        )
        self.mask_features = nn.Conv2D(
            channels,
            channels if mask_channels is None else mask_channels,
            1,
            weight_attr=_c2_xavier(channels),
            bias_attr=Constant(0.0),
        )

    def forward(self, maps: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        finer = len(maps) - self.levels
        results = self._transform(maps[finer:][::-1])
        for level in reversed(range(finer)):
            lateral = self.lateral[level](maps[level])
            size = spatial_size(lateral)
            y = self.up[level](results[-1], guide=lateral, size=size)
            results.append(self.output[level](lateral + y))
        return self.mask_features(results[-1]), results

    def _transform(self, maps):
        maps = [project(x) for project, x in zip(self.input_proj, maps)]
        sizes = [spatial_size(x) for x in maps]
        codes = [position_code(size, self.channels) for size in sizes]
        position = paddle.concat(
            [p + self.level_embed[level] for level, p in enumerate(codes)], axis=1
        )
        grids = [regular_grid(size, align_corners=False) for size in sizes]
        centres = paddle.concat([grid.flatten(1, 2) for grid in grids], axis=1)
        reference = paddle.stack([0.5 * centres + 0.5] * self.levels, axis=2)
        tokens = paddle.concat([to_tokens(x) for x in maps], axis=1)
        for layer in self.layers:
            tokens = layer(tokens, position, reference, sizes)
        results, start = [], 0
        for size in sizes:
            end = start + size[0] * size[1]
            results.append(to_map(tokens[:, start:end], size))
            start = end
        return results

    @staticmethod
    def official_name(name: str) -> str:
        """Our name of a released parameter."""
        name = re.sub(r"^transformer\.(encoder\.)?", "", name)
        match = re.match(r"(adapter|layer)_(\d)\.(norm\.)?(.*)", name)
        if not match:
            return name
        kind, number, is_norm, rest = match.groups()
        kind = "lateral" if kind == "adapter" else "output"
        return f"{kind}.{int(number) - 1}.{1 if is_norm else 0}.{rest}"


@manager.MODELS.add_component
class ResampleMask2FormerPixel(nn.Layer):
    """Mask2Former's pixel decoder over any backbone as a semantic network: a 1x1
    convolution classifies every pixel of its mask features.

    There are no queries and no masks to match: it trains with the losses of every other
    network here. The released code has the same head for its baselines.

    Args:
        num_classes: channels of the logits.
        backbone: PaddleSeg backbone.
        backbone_indices: its maps, finest first; None takes all.
        channels, upsample, transformer_levels, layers, heads, points, feedforward,
            dropout, norm_groups: see `MSDeformAttnPixelDecoder`.
        upsample_logits: spec of the site from the logits at the finest level to the
            image, which is the guide.
        in_channels: of the image, for an operator that it guides.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, in_channels, H, W], any size the backbone takes.

    Returns:
        list of one Tensor: logits [N, num_classes, H, W].

    Source: Cheng et al., CVPR 2022, section 3.2.2; per-pixel classification as the
    baseline of Cheng et al., "Per-pixel classification is not all you need", 2021.

    Raises:
        UsageError: a spec is wrong, an index is not there, or channels do not divide.
    """

    def __init__(
        self,
        num_classes,
        backbone,
        backbone_indices=None,
        channels=256,
        upsample="bilinear",
        upsample_logits="bilinear",
        transformer_levels=3,
        layers=6,
        heads=8,
        points=4,
        feedforward=1024,
        dropout=0.0,
        norm_groups=32,
        in_channels=3,
        pretrained=None,
    ):
        super().__init__()
        owner = type(self).__name__
        widths, strides = read_pyramid(owner, backbone, backbone_indices)
        self.backbone = backbone
        self.backbone_indices = backbone_indices
        self.decoder = MSDeformAttnPixelDecoder(
            widths,
            strides,
            channels,
            None,
            upsample,
            transformer_levels,
            layers,
            heads,
            points,
            feedforward,
            dropout,
            norm_groups,
            owner,
        )
        self.head = nn.Conv2D(
            channels, num_classes, 1, weight_attr=_c2_xavier(channels)
        )
        self.upsample_logits = logits_upsampler(
            upsample_logits, num_classes, strides[0], in_channels
        )
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        maps = chosen_maps(self.backbone, self.backbone_indices, x)
        features, _ = self.decoder(maps)
        size = spatial_size(x)
        return [self.upsample_logits(self.head(features), guide=x, size=size)]


def _c2_xavier(fan_in):
    """U(-b, b), b = sqrt(3 / fan_in): detectron2's c2_xavier_fill."""
    return KaimingUniform(fan_in=fan_in, negative_slope=1.0, nonlinearity="leaky_relu")
