"""EMCAD: attention and multi-scale convolutions from coarse to fine, gated skips."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import paddle.nn as nn
from paddle import Tensor
from paddleseg.cvlibs import manager
from paddleseg.utils import load_entire_model

from ...arguments import check_choice
from ...base import Upsampler, whole_number
from ...errors import UsageError
from ...ops import interpolate, spatial_size
from ...registry import build
from ...site_specs import spec_of_each_site
from .emcad_blocks import (
    ACTIVATIONS,
    AttentionGate,
    ChannelAttention,
    MultiScaleConv,
    SpatialAttention,
)
from .pyramid import chosen_maps, logits_upsampler, read_pyramid

__all__ = ["EMCADDecoder", "ResampleEMCAD"]

# Ours of the released layers that are counted from 1, the finest level.
_RELEASED = {"mscb": "mscb", "cab": "cab", "lgag": "gate", "eucb": "up"}


class EMCADDecoder(nn.Layer):
    """d = block(x_L), then at every finer level u = up(d), d = block(u + gate(u, x_l));
    block(d) multiplies by channel attention and spatial attention, then convolves.

    The published widths 64, 128, 320, 512 have 5,169,835 parameters.

    Args:
        in_channels: channels of the maps, finest first; even, but for the coarsest.
        strides: pixels of the image per pixel of each map; default 4, 8, 16, ...
        upsample: spec of an upsampler for all sites, or one for each (`site_specs`),
            coarsest first: level_2, level_1, level_0; the sites bring the channels of a
            level to those of the next finer one, whose map is the guide.
        kernel_sizes: of the depthwise convolutions of a block, odd.
        expansion: channels between the 1x1 convolutions of a block, per channel.
        parallel: whether its depthwise convolutions read the same map.
        add: whether their results are added; else they are concatenated.
        gate_kernel: of the gates' grouped convolutions, odd.
        activation: of the blocks: "relu6" (published), "relu", "leaky_relu", "prelu",
            "gelu" or "hardswish".
        owner: name that messages begin with.

    Call:
        maps: list of float [N, C_l, H_l, W_l], finest first.

    Returns:
        list of [N, C_l, H_l, W_l], finest first.

    Source: Rahman et al., CVPR 2024, figure 2; the released code shares one spatial
    attention among all levels, and so does this. `load_official` takes its weights.

    Raises:
        UsageError: a spec is wrong, a ratio is no integer, channels are odd, or an
            option is out of range.

    >>> import paddle
    >>> from paddle_resample.seg.nets import EMCADDecoder
    >>> decoder = EMCADDecoder([16, 32, 64])
    >>> maps = [paddle.ones([1, 8 * 2**i, 48 // 2**i, 64 // 2**i]) for i in (1, 2, 3)]
    >>> [list(y.shape) for y in decoder(maps)]
    [[1, 16, 24, 32], [1, 32, 12, 16], [1, 64, 6, 8]]
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        strides: Sequence[int] | None = None,
        upsample: Any = "eucb",
        kernel_sizes: Sequence[int] = (1, 3, 5),
        expansion: float = 6,
        parallel: bool = True,
        add: bool = True,
        gate_kernel: int = 3,
        activation: str = "relu6",
        owner: str = "EMCADDecoder",
    ):
        super().__init__()
        check_choice(owner, "activation", activation, ACTIVATIONS)
        for key, size in [("gate_kernel", gate_kernel)] + [
            ("kernel_sizes", size) for size in kernel_sizes
        ]:
            whole_number(owner, key, size, odd=True)
        levels = len(in_channels)
        strides = strides or [2 ** (level + 2) for level in range(levels)]
        odd = [channels for channels in in_channels[:-1] if channels % 2]
        if levels < 2 or odd or min(c * expansion for c in in_channels) < 1:
            raise UsageError(
                f"{owner}: two or more maps are needed, with an even number of "
                "channels but for the coarsest and an expansion that leaves some, not "
                f"{list(in_channels)} and {expansion}"
            )
        sites = [f"level_{level}" for level in reversed(range(levels - 1))]
        specs = spec_of_each_site(owner, "upsample", upsample, sites)
        options = (kernel_sizes, expansion, parallel, add, activation)
        self.mscb = nn.LayerList(MultiScaleConv(c, *options) for c in in_channels)
        self.cab = nn.LayerList(ChannelAttention(c) for c in in_channels)
        self.sab = SpatialAttention()
        self.gate = nn.LayerList(
            AttentionGate(c, gate_kernel) for c in in_channels[:-1]
        )
        self.up = nn.LayerList()
        for level in range(levels - 1):
            if strides[level + 1] % strides[level]:
                raise UsageError(
                    f"{owner}: strides {list(strides)} have no integer ratio"
                )
            self.up.append(
                build(
                    specs[f"level_{level}"],
                    in_channels[level + 1],
                    in_channels[level],
                    scale=strides[level + 1] // strides[level],
                    guide_channels=in_channels[level],
                    kind=Upsampler,
                    site=f"upsample.level_{level}",
                )
            )

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        level = len(maps) - 1
        results = [self._block(level, maps[level])]
        while level > 0:
            level -= 1
            skip = maps[level]
            y = self.up[level](results[0], guide=skip, size=spatial_size(skip))
            results.insert(0, self._block(level, y + self.gate[level](y, skip)))
        return results

    def _block(self, level, x):
        x = x * self.cab[level](x)
        x = x * self.sab(x)
        return self.mscb[level](x)

    @staticmethod
    def official_name(name: str) -> str:
        """Our name of a released parameter."""
        name = re.sub(r"^(mscb\d)\.0\.", r"\1.", name).replace(".msdc.", ".")
        match = re.match(r"([a-z]+)(\d)\.(.*)", name)
        if match:
            kind, number, rest = match.groups()
            name = f"{_RELEASED[kind]}.{int(number) - 1}.{rest}"
        # The third of a convolution, a norm and a PReLU.
        return re.sub(r"(pconv1|dwconvs\.\d|up_dwc)\.([23])\.weight$", _prelu, name)


def _prelu(match):
    block, index = match.groups()
    is_norm = block == "up_dwc" and index == "2"
    return match.group(0) if is_norm else f"{block}.{index}._weight"


@manager.MODELS.add_component
class ResampleEMCAD(nn.Layer):
    """EMCAD's decoder over any backbone, with a choice of upsamplers at every site.

    Args:
        num_classes: channels of the logits.
        backbone: PaddleSeg backbone; published with ResamplePVTv2_B0 and B2.
        backbone_indices: its maps, finest first; None takes all.
        upsample, kernel_sizes, expansion, parallel, add, gate_kernel, activation: see
            `EMCADDecoder`.
        upsample_logits: spec of the site from the logits at the finest level to the
            image, which is the guide.
        enable_auxiliary_loss: whether the coarser levels have logits, too, while
            training, as published; they are enlarged bilinearly.
        in_channels: of the image, for an operator that it guides.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, in_channels, H, W], any size the backbone takes.

    Returns:
        list of Tensor [N, num_classes, H, W]: logits; with enable_auxiliary_loss while
        training also those of the coarser levels, finer first.

    Source: Rahman et al., CVPR 2024. The paper trains on the loss of every sum of some
    of the four results; here each result has its own loss.

    Raises:
        UsageError: a spec is wrong, or an index or an option is out of range.
    """

    def __init__(
        self,
        num_classes,
        backbone,
        backbone_indices=None,
        upsample="eucb",
        upsample_logits="bilinear",
        kernel_sizes=(1, 3, 5),
        expansion=6,
        parallel=True,
        add=True,
        gate_kernel=3,
        activation="relu6",
        enable_auxiliary_loss=False,
        in_channels=3,
        pretrained=None,
    ):
        super().__init__()
        owner = type(self).__name__
        channels, strides = read_pyramid(owner, backbone, backbone_indices)
        self.backbone = backbone
        self.backbone_indices = backbone_indices
        self.decoder = EMCADDecoder(
            channels,
            strides,
            upsample,
            kernel_sizes,
            expansion,
            parallel,
            add,
            gate_kernel,
            activation,
            owner,
        )
        read = channels if enable_auxiliary_loss else channels[:1]
        self.heads = nn.LayerList(nn.Conv2D(c, num_classes, 1) for c in read)
        self.upsample_logits = logits_upsampler(
            upsample_logits, num_classes, strides[0], in_channels
        )
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        maps = chosen_maps(self.backbone, self.backbone_indices, x)
        finest, *coarser = self.decoder(maps)
        head, *others = self.heads
        size = spatial_size(x)
        logits = [self.upsample_logits(head(finest), guide=x, size=size)]
        if self.training:
            for head, y in zip(others, coarser):
                logits.append(interpolate(head(y), size=size, mode="bilinear"))
        return logits
