"""What SegNet-Basic and FCN-Basic share: their encoder, and how their sites lie."""

from typing import Any, NamedTuple

import paddle
import paddle.nn as nn
from paddle.nn.initializer import KaimingNormal

from ...base import Downsampler, Upsampler
from ...errors import UsageError
from ...ops import spatial_size
from ...registry import build, parse_spec
from ...site_specs import spec_of_each_site

__all__ = ["BasicEncoder", "Level", "basic_upsamplers", "convolution"]

# Named after the level they land at.
_DOWN = ("level_1", "level_2", "level_3", "level_4")
_UP = ("level_3", "level_2", "level_1", "level_0")


class Level(NamedTuple):
    """What the encoder leaves at one of its levels.

    Attributes:
        feature: [N, width, H, W], before the downsampler.
        size: (H, W) of feature, to which the decoder returns.
        side: what the downsampler recorded for its upsampler, or None.
        pooled: [N, width, h, w], what it gave.
    """

    feature: Any
    size: Any
    side: Any
    pooled: Any


class BasicEncoder(nn.Layer):
    """Four times: 7x7 convolution without bias, batch norm, ReLU, downsampler.

    Args:
        owner: name of the network, for messages.
        in_channels: channels of the image.
        width: channels of every level.
        downsample: spec of the sites level_1 to level_4, see `site_specs`.

    Call:
        x: float [N, in_channels, H, W], H and W at least 16.
        upsamplers: of every level, coarsest first; what none of them needs is not
            recorded.

    Returns:
        list of four Level, finest first.

    Attributes:
        sides: kind of side information that each level's downsampler gives.

    Raises:
        UsageError: the spec is wrong, or the image is smaller than 16 pixels.
    """

    def __init__(self, owner, in_channels, width, downsample):
        super().__init__()
        self.owner = owner
        self.width = width
        by_site = spec_of_each_site(owner, "downsample", downsample, _DOWN)
        specs = list(by_site.values())
        self.sides = [parse_spec(spec, Downsampler)[0].gives_side for spec in specs]
        self.convolve = nn.LayerList()
        self.down = nn.LayerList()
        arrives = [in_channels, width, width, width]
        for arriving, (site, spec) in zip(arrives, by_site.items()):
            layers = [convolution(arriving, width, 7), nn.BatchNorm2D(width), nn.ReLU()]
            self.convolve.append(nn.Sequential(*layers))
            self.down.append(
                build(spec, width, scale=2, kind=Downsampler, site=f"downsample.{site}")
            )

    def forward(self, x, upsamplers):
        self._check_size(x)
        levels = []
        layers = zip(self.convolve, self.down, reversed(upsamplers))
        for convolve, down, up in layers:
            feature = convolve(x)
            x, side = down.record(feature, needed=up.needs_side is not None)
            levels.append(Level(feature, spatial_size(feature), side, x))
        return levels

    def _check_size(self, x):
        least = 2 ** len(_DOWN)
        if paddle.in_dynamic_mode() and min(x.shape[2:]) < least:
            raise UsageError(
                f"{self.owner}: four levels need images of at least {least}x{least} "
                f"pixels, not {x.shape[2]}x{x.shape[3]}"
            )


def basic_upsamplers(encoder, upsample, channels):
    """One upsampler for each level of an encoder, coarsest first.

    Args:
        encoder: BasicEncoder.
        upsample: spec of the sites level_3 to level_0, see `site_specs`.
        channels: of the maps that are upsampled; they are kept.

    Returns:
        nn.LayerList of four, whose guides are the levels' features and whose side is
        what the levels recorded.

    Raises:
        UsageError: the spec is wrong, or needs what a level does not have.
    """
    specs = spec_of_each_site(encoder.owner, "upsample", upsample, _UP)
    return nn.LayerList(
        build(
            spec,
            channels,
            scale=2,
            guide_channels=encoder.width,
            side=side,
            kind=Upsampler,
            site=f"upsample.{site}",
        )
        for (site, spec), side in zip(specs.items(), reversed(encoder.sides))
    )


def convolution(in_channels, out_channels, kernel_size, groups=1):
    """Convolution of the same size without bias, started as He et al. (ICCV 2015) do.

    Args:
        in_channels, out_channels, groups: as nn.Conv2D takes them.
        kernel_size: odd; half of it is padded with zeros.

    Returns:
        nn.Conv2D.
    """
    return nn.Conv2D(
        in_channels,
        out_channels,
        kernel_size,
        padding=kernel_size // 2,
        groups=groups,
        weight_attr=KaimingNormal(),
        bias_attr=False,
    )
