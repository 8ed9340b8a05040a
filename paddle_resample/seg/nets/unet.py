"""U-Net with a choice of resamplers at every level."""

import paddle
import paddle.nn as nn
from paddleseg.cvlibs import manager

from ...base import Downsampler, Upsampler, whole_number
from ...errors import UsageError
from ...ops import spatial_size
from ...registry import build, parse_spec
from ...site_specs import spec_of_each_site

__all__ = ["ResampleUNet"]

_MOST_CHANNELS = 2**14  # of the bottleneck, whose weights alone then take 10 GB


@manager.MODELS.add_component
class ResampleUNet(nn.Layer):
    """U-Net whose down- and upsampling sites take specs.

    With the default specs, width 64 and 1 class it is the U-Net that tutorials build
    (31,037,633 trainable parameters). Level l has width * 2**l channels; its encoder
    feature is the skip connection, the guide of a guided upsampler, and the exact size
    the decoder returns to, so any input size of at least 2**depth works.

    Args:
        num_classes: channels of the logits.
        in_channels: channels of the image.
        width: channels of the first level.
        depth: number of down- and of upsampling sites.
        downsample: spec of a downsampler for all sites, or one for each
            (`site_specs`): level_1 to level_depth, named after the level they land at;
            the sites keep the channels.
        upsample: spec of an upsampler for all sites, or one for each: level_{depth-1}
            to level_0; the sites halve the channels.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, in_channels, H, W].

    Returns:
        list of one Tensor: logits [N, num_classes, H, W].

    Source: Ronneberger et al., "U-Net", MICCAI 2015, in the padded, batch-normalised
    form of today (convolutions without bias; encoder first in every
    concatenation).

    Raises:
        UsageError: a spec is wrong or the pair does not fit together.
    """

    def __init__(
        self,
        num_classes,
        in_channels=3,
        width=64,
        depth=4,
        downsample="max_pool",
        upsample="conv_transpose",
        pretrained=None,
    ):
        super().__init__()
        sizes = {"num_classes": num_classes, "in_channels": in_channels}
        for key, value in {**sizes, "width": width, "depth": depth}.items():
            whole_number("ResampleUNet", key, value)
        if width * 2 ** min(depth, 64) > _MOST_CHANNELS:
            raise UsageError(
                f"ResampleUNet: depth {depth} doubles the {width} channels of width "
                f"beyond {_MOST_CHANNELS}; choose a smaller depth"
            )
        self.in_channels = in_channels
        widths = [width * 2**level for level in range(depth + 1)]
        names = [f"level_{level}" for level in range(depth + 1)]
        downs = spec_of_each_site("ResampleUNet", "downsample", downsample, names[1:])
        ups = spec_of_each_site("ResampleUNet", "upsample", upsample, names[-2::-1])
        self.encoder = nn.LayerList()
        self.down = nn.LayerList()
        self.up = nn.LayerList()
        self.decoder = nn.LayerList()
        arriving = in_channels
        for channels, (site, spec) in zip(widths, downs.items()):
            self.encoder.append(DoubleConv(arriving, channels))
            self.down.append(
                build(
                    spec,
                    channels,
                    scale=2,
                    kind=Downsampler,
                    site=f"downsample.{site}",
                )
            )
            arriving = channels
        self.bottleneck = DoubleConv(arriving, widths[-1])
        for level in reversed(range(depth)):
            channels = widths[level]
            recorded = parse_spec(downs[names[level + 1]], Downsampler)[0].gives_side
            self.up.append(
                build(
                    ups[names[level]],
                    2 * channels,
                    channels,
                    scale=2,
                    guide_channels=channels,
                    side=recorded,
                    kind=Upsampler,
                    site=f"upsample.{names[level]}",
                )
            )
            self.decoder.append(DoubleConv(2 * channels, channels))
        self.head = nn.Conv2D(width, num_classes, 1)
        if pretrained is not None:
            from paddleseg.utils import load_entire_model

            load_entire_model(self, pretrained)

    def forward(self, x):
        self._check_image(x)
        skips = []
        sides = []
        for encode, down, up in zip(self.encoder, self.down, reversed(self.up)):
            skip = encode(x)
            x, side = down.record(skip, needed=up.needs_side is not None)
            skips.append(skip)
            sides.append(side)
        x = self.bottleneck(x)
        for up, decode in zip(self.up, self.decoder):
            skip = skips.pop()
            x = up(x, guide=skip, side=sides.pop(), size=spatial_size(skip))
            x = decode(paddle.concat([skip, x], axis=1))
        return [self.head(x)]

    def _check_image(self, x):
        if not paddle.in_dynamic_mode():
            return
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise UsageError(
                f"ResampleUNet: images must be [N, {self.in_channels}, H, W], as "
                f"in_channels={self.in_channels} says, not {list(x.shape)}"
            )
        least = 2 ** len(self.down)
        if min(x.shape[2:]) < least:
            raise UsageError(
                f"ResampleUNet: a depth of {len(self.down)} needs images of at least "
                f"{least}x{least} pixels, not {x.shape[2]}x{x.shape[3]}"
            )


class DoubleConv(nn.Sequential):
    """Twice: 3x3 convolution without bias, batch norm, ReLU."""

    def __init__(self, in_channels, out_channels):
        layers = []
        for arriving in (in_channels, out_channels):
            layers += [
                nn.Conv2D(arriving, out_channels, 3, padding=1, bias_attr=False),
                nn.BatchNorm2D(out_channels),
                nn.ReLU(),
            ]
        super().__init__(*layers)
