"""U-Net's contracting path as a backbone, with a choice of downsamplers."""

import paddle
import paddle.nn as nn
from paddleseg.cvlibs import manager
from paddleseg.utils import load_entire_model

from ...base import Downsampler, whole_number
from ...errors import UsageError
from ...registry import build
from ...site_specs import spec_of_each_site
from .unet import DoubleConv

__all__ = ["ResampleUNetEncoder"]


@manager.BACKBONES.add_component
class ResampleUNetEncoder(nn.Layer):
    """Two 3x3 convolutions at every level, a downsampler between the levels.

    Level l has width * 2**l channels at 1/2**l of the image's side; the first map has
    the size of the image. With width 32 it is the encoder of UNet++.

    Args:
        in_channels: channels of the image.
        width: channels of the first level.
        depth: number of downsampling sites.
        downsample: spec of a downsampler for all sites, or one for each
            (`site_specs`): level_1 to level_depth, named after the level they land at.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, in_channels, H, W], H and W at least 2**depth.

    Returns:
        list of depth + 1 maps, finest first.

    Source: Ronneberger et al., "U-Net", MICCAI 2015, padded and with batch norm.

    Raises:
        UsageError: a spec is wrong, or the image is too small.
    """

    def __init__(
        self,
        in_channels=3,
        width=32,
        depth=4,
        downsample="max_pool",
        pretrained=None,
    ):
        super().__init__()
        owner = type(self).__name__
        sizes = {"in_channels": in_channels, "width": width, "depth": depth}
        for key, value in sizes.items():
            whole_number(owner, key, value)
        self.feat_channels = [width * 2**level for level in range(depth + 1)]
        sites = [f"level_{level}" for level in range(1, depth + 1)]
        specs = spec_of_each_site(owner, "downsample", downsample, sites)
        self.encoder = nn.LayerList()
        self.down = nn.LayerList()
        arriving = in_channels
        for channels in self.feat_channels:
            self.encoder.append(DoubleConv(arriving, channels))
            arriving = channels
        for channels, (site, spec) in zip(self.feat_channels, specs.items()):
            self.down.append(
                build(
                    spec,
                    channels,
                    scale=2,
                    kind=Downsampler,
                    site=f"downsample.{site}",
                )
            )
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        self._check_size(x)
        first, *others = self.encoder
        maps = [first(x)]
        for down, encode in zip(self.down, others):
            maps.append(encode(down(maps[-1])))
        return maps

    def _check_size(self, x):
        least = 2 ** len(self.down)
        if paddle.in_dynamic_mode() and min(x.shape[2:]) < least:
            raise UsageError(
                f"ResampleUNetEncoder: a depth of {len(self.down)} needs images of at "
                f"least {least}x{least} pixels, not {x.shape[2]}x{x.shape[3]}"
            )
