"""Downsamplers and upsamplers built for each other, at one number of channels."""

import paddle.nn as nn

from ..base import Downsampler, Upsampler
from ..registry import build, parse_spec, partners

__all__ = ["COLOURS", "build_for_upsampler", "build_pair", "guide_channels"]

COLOURS = 3  # channels of an image, which is what guides an operator by default


def build_pair(down, up, channels) -> tuple[nn.Layer, nn.Layer]:
    """Build a downsampler and the upsampler behind it.

    Args:
        down, up: specs; up has the scale of down.
        channels: of the map before and behind both.

    Returns:
        (downsampler, upsampler).

    Raises:
        UsageError: wrong specs, another scale, or side information that down does not
            record.
    """
    recorded = parse_spec(down, Downsampler)[0].gives_side
    lower = build(down, channels, kind=Downsampler)
    upper = build(
        up,
        channels,
        scale=lower.scale,
        guide_channels=guide_channels(parse_spec(up, Upsampler)[0], channels),
        side=recorded,
        kind=Upsampler,
    )
    return lower, upper


def build_for_upsampler(cls, channels, scale) -> nn.Layer:
    """Build what makes the coarse map of an upsampler.

    Args:
        cls: of the upsampler.
        channels: of the fine map.
        scale: integer ratio.

    Returns:
        The downsampler that records what cls needs, else avg_pool.
    """
    name = (partners(cls) or ["avg_pool"])[0]
    return build(name, channels, scale=scale, kind=Downsampler)


def guide_channels(cls, channels):
    """Channels of the guide that an upsampler class gets here, None without one."""
    if not cls.needs_guide:
        return None
    return channels if cls.guide_same_channels else COLOURS
