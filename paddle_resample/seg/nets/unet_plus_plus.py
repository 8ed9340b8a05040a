"""UNet++: nested, densely connected decoders over the maps of a backbone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import paddle
import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import KaimingUniform, XavierUniform
from paddleseg.cvlibs import manager
from paddleseg.utils import load_entire_model

from ...base import Upsampler
from ...errors import UsageError
from ...ops import spatial_size
from ...registry import build
from ...site_specs import spec_of_each_site
from .pyramid import SameSize, chosen_maps, read_pyramid

__all__ = ["ResampleUNetPlusPlus", "UNetPlusPlusDecoder"]


class UNetPlusPlusDecoder(nn.Layer):
    """Node (i, j) enlarges node (i + 1, j - 1) to level i, joins it with the nodes
    (i, j - 1) to (i, 1) and the encoder's map of level i, and convolves twice.

    Node (i, 0) is the encoder's map of level i, level 0 the finest. If that one is
    smaller than the image, a last site enlarges node (0, L - 1) to the image's size and
    convolves twice again.

    Args:
        in_channels: channels of the L maps, finest first.
        decoder_channels: channels of the last node of every level but the coarsest,
            then of the last site if there is one; coarsest first.
        strides: pixels of the image per pixel of each map; default 2, 4, 8, ...
        upsample: spec of an upsampler for all nodes, or one for each (`site_specs`):
            level_{i}_column_{j}, column by column, each from coarse to fine. The guide
            is the encoder's map of level i.
        final_upsample: spec of the last site; the guide is the image.
        reduce_channels: whether the sites bring their maps to the channels of the
            encoder's map of their level, as the transposed convolutions of the paper
            do; an operator that keeps its channels then has a 1x1 convolution.
        image_channels: of the image, for an operator that it guides.
        owner: name that messages begin with.

    Call:
        maps: list of float [N, C_i, H_i, W_i], finest first.
        image: [N, image_channels, H, W]; only the last site reads it, for the size and
            as a guide.

    Returns:
        [N, decoder_channels[-1], H, W] with the size of the image.

    Source: Zhou et al., "UNet++", DLMIA 2018, figure 1; widths, nearest interpolation
    and initialization of segmentation_models_pytorch, whose weights `load_official`
    takes. Its block `center` is built there and never run.

    Raises:
        UsageError: a spec is wrong, decoder_channels of another length, or strides of
            no integer ratio.

    >>> import paddle
    >>> from paddle_resample.seg.nets import UNetPlusPlusDecoder
    >>> decoder = UNetPlusPlusDecoder([16, 32, 64], [32, 16, 8])
    >>> maps = [paddle.ones([1, 8 * 2**i, 48 // 2**i, 64 // 2**i]) for i in (1, 2, 3)]
    >>> list(decoder(maps, paddle.ones([1, 3, 48, 64])).shape)
    [1, 8, 48, 64]
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        decoder_channels: Sequence[int],
        strides: Sequence[int] | None = None,
        upsample: Any = "nearest",
        final_upsample: Any = "nearest",
        reduce_channels: bool = False,
        image_channels: int = 3,
        owner: str = "UNetPlusPlusDecoder",
    ):
        super().__init__()
        levels = len(in_channels)
        strides = strides or [2**level for level in range(1, levels + 1)]
        ratios = _ratios(owner, strides)
        wanted = levels - 1 + (strides[0] > 1)
        if levels < 2 or len(decoder_channels) != wanted:
            raise UsageError(
                f"{owner}: {levels} maps of strides {list(strides)} need {wanted} "
                f"decoder_channels, not {list(decoder_channels)}"
            )
        nodes = [(i, j) for j in range(1, levels) for i in reversed(range(levels - j))]
        sites = {(i, j): f"level_{i}_column_{j}" for i, j in nodes if ratios[i] > 1}
        specs = spec_of_each_site(owner, "upsample", upsample, sites.values())
        self.nodes, self.last_column = nodes, levels - 1
        self.blocks = nn.LayerDict()
        width = {(i, 0): channels for i, channels in enumerate(in_channels)}
        for i, j in nodes:
            arriving, level_width = width[i + 1, j - 1], in_channels[i]
            is_last = i + j == levels - 1
            width[i, j] = decoder_channels[levels - 2 - i] if is_last else level_width
            up, enlarged = SameSize(), arriving
            if (i, j) in sites:
                enlarged = level_width if reduce_channels else arriving
                up = build(
                    specs[sites[i, j]],
                    arriving,
                    enlarged,
                    scale=ratios[i],
                    guide_channels=level_width,
                    kind=Upsampler,
                    site=f"upsample.{sites[i, j]}",
                )
            block = Block(up, enlarged + j * level_width, width[i, j])
            self.blocks[f"level_{i}_column_{j}"] = block
        self.final = None
        if strides[0] > 1:
            arriving = width[0, levels - 1]
            up = build(
                final_upsample,
                arriving,
                scale=strides[0],
                guide_channels=image_channels,
                kind=Upsampler,
                site="final_upsample",
            )
            self.final = Block(up, arriving, decoder_channels[-1])

    def forward(self, maps: Sequence[Tensor], image: Tensor | None = None) -> Tensor:
        nodes = {(i, 0): x for i, x in enumerate(maps)}
        for (i, j), block in zip(self.nodes, self.blocks.values()):
            skips = [nodes[i, column] for column in reversed(range(j))]
            guide = nodes[i, 0]
            size = spatial_size(guide)
            nodes[i, j] = block(nodes[i + 1, j - 1], skips, guide, size)
        y = nodes[0, self.last_column]
        if self.final is not None:
            y = self.final(y, [], image, spatial_size(image))
        return y

    def official_name(self, name: str) -> str | None:
        """Our name of a parameter of segmentation_models_pytorch."""
        parts = name.split(".")
        if parts[0] != "blocks":
            return None  # center
        depth, layer = (int(n) for n in parts[1].split("_")[1:])
        level = self.last_column - 1 - layer
        if level < 0:
            return ".".join(["final", *parts[2:]])
        block = f"level_{level}_column_{layer - depth + 1}"
        return ".".join(["blocks", block, *parts[2:]])


class Block(nn.Layer):
    """An upsampler, concatenation, twice 3x3 convolution, batch norm and ReLU."""

    def __init__(self, up, in_channels, out_channels):
        super().__init__()
        self.up = up
        self.conv1 = _convolution(in_channels, out_channels)
        self.conv2 = _convolution(out_channels, out_channels)

    def forward(self, x, skips, guide, size):
        y = self.up(x, guide=guide, size=size)
        if skips:
            y = paddle.concat([y, *skips], axis=1)
        return self.conv2(self.conv1(y))


@manager.MODELS.add_component
class ResampleUNetPlusPlus(nn.Layer):
    """UNet++ over any backbone, with a choice of upsamplers at every node.

    Over `ResampleUNetEncoder` (32 to 512 channels, the first map as large as the image)
    with `reduce_channels: true` and `upsample: conv_transpose` it is the network of the
    paper, without deep supervision; over a backbone with maps of strides 2 to 32 it is
    that of segmentation_models_pytorch, whose decoder has 4,793,792 parameters above
    ResNet-34.

    Args:
        num_classes: channels of the logits.
        backbone: PaddleSeg backbone; its downsampling sites are its own.
        backbone_indices: its maps, finest first; None takes all.
        decoder_channels: see `UNetPlusPlusDecoder`; None takes the channels of the
            maps, and half of the finest one's behind the last site.
        upsample, final_upsample, reduce_channels: see `UNetPlusPlusDecoder`.
        in_channels: of the image, for an operator that it guides.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, in_channels, H, W], any size the backbone takes.

    Returns:
        list of one Tensor: logits [N, num_classes, H, W].

    Source: Zhou et al., "UNet++: A nested U-Net architecture for medical image
    segmentation", DLMIA 2018.

    Raises:
        UsageError: a spec is wrong, an index is not there, or decoder_channels has
            another length than the maps ask for.
    """

    def __init__(
        self,
        num_classes,
        backbone,
        backbone_indices=None,
        decoder_channels=None,
        upsample="nearest",
        final_upsample="nearest",
        reduce_channels=False,
        in_channels=3,
        pretrained=None,
    ):
        super().__init__()
        owner = type(self).__name__
        channels, strides = read_pyramid(owner, backbone, backbone_indices)
        if decoder_channels is None:
            decoder_channels = channels[-2::-1]
            if strides[0] > 1:
                decoder_channels = [*decoder_channels, max(channels[0] // 2, 1)]
        self.backbone = backbone
        self.backbone_indices = backbone_indices
        self.decoder = UNetPlusPlusDecoder(
            channels,
            decoder_channels,
            strides,
            upsample,
            final_upsample,
            reduce_channels,
            in_channels,
            owner,
        )
        self.head = nn.Conv2D(
            decoder_channels[-1],
            num_classes,
            3,
            padding=1,
            weight_attr=XavierUniform(),
        )
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        maps = chosen_maps(self.backbone, self.backbone_indices, x)
        return [self.head(self.decoder(maps, x))]


def _convolution(in_channels, out_channels):
    return nn.Sequential(
        nn.Conv2D(
            in_channels,
            out_channels,
            3,
            padding=1,
            weight_attr=KaimingUniform(nonlinearity="relu"),
            bias_attr=False,
        ),
        nn.BatchNorm2D(out_channels),
        nn.ReLU(),
    )


def _ratios(owner, strides):
    """Of every level to the next coarser one."""
    ratios = [b / a for a, b in zip(strides, strides[1:])]
    if any(ratio % 1 or ratio < 1 for ratio in ratios):
        raise UsageError(f"{owner}: strides {list(strides)} have no integer ratio")
    return [int(ratio) for ratio in ratios]
