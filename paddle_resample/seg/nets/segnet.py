"""SegNet with a choice of resamplers at each of its five levels."""

import paddle
import paddle.nn as nn
from paddleseg.cvlibs import manager
from paddleseg.models.layers import ConvBNReLU
from paddleseg.utils import load_entire_model

from ...base import Downsampler, Upsampler, whole_number
from ...errors import UsageError
from ...ops import spatial_size
from ...registry import build, parse_spec
from ...site_specs import spec_of_each_site

__all__ = ["ResampleSegNet"]

# Channels of the 3x3 convolutions of every part, in multiples of the width: enco1 to
# enco5 at levels 0 to 4, deco1 to deco5 at levels 4 to 0. Sites are named after the
# level they land at.
_ENCODER = ((1, 1), (2, 2), (4, 4, 4), (8, 8, 8), (8, 8, 8))
_DECODER = ((8, 8, 8), (8, 8, 4), (4, 4, 2), (2, 2, 1), (1,))
_DOWN = ("level_1", "level_2", "level_3", "level_4", "level_5")
_UP = ("level_4", "level_3", "level_2", "level_1", "level_0")


@manager.MODELS.add_component
class ResampleSegNet(nn.Layer):
    """SegNet (VGG16 with batch norm, mirrored) whose resampling sites take specs.

    With the default specs and width 64 it is PaddleSeg's SegNet: the same parameter
    names, so its published weights load, and the same logits (29,601,811 trainable
    parameters at 19 classes). Unlike that one it also takes odd sizes and exports with
    unknown height and width. Every site keeps its channels; the encoder feature of the
    same level is the guide, and its size is the size to return to.

    Args:
        num_classes: channels of the logits.
        in_channels: channels of the image.
        width: channels of the first level; the five have 1, 2, 4, 8 and 8 times it.
        downsample: spec of a downsampler for all sites, or one for each
            (`site_specs`): level_1 to level_5, named after the level they land at.
        upsample: spec of an upsampler for all sites, or one for each: level_4 to
            level_0.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, in_channels, H, W], H and W at least 32.

    Returns:
        list of one Tensor: logits [N, num_classes, H, W].

    Source: Badrinarayanan et al., "SegNet", TPAMI 2017, in PaddleSeg's form: its deco4
    has three convolutions where the paper's has two (147,840 parameters more; at 11
    classes 29,597,195 against 29,449,355), its convolutions have biases, and no
    ImageNet weights of VGG16 are loaded. Pooling drops an odd last row, where the
    authors' Caffe code pads it.

    Raises:
        UsageError: a spec is wrong, a pair does not fit together, or the image is
            smaller than 32 pixels.
    """

    def __init__(
        self,
        num_classes,
        in_channels=3,
        width=64,
        downsample="max_pool",
        upsample="max_unpool",
        pretrained=None,
    ):
        super().__init__()
        owner = type(self).__name__
        sizes = {"num_classes": num_classes, "in_channels": in_channels, "width": width}
        for key, value in sizes.items():
            whole_number(owner, key, value)
        downs = spec_of_each_site(owner, "downsample", downsample, _DOWN).items()
        ups = spec_of_each_site(owner, "upsample", upsample, _UP).items()
        self.down = nn.LayerList()
        self.up = nn.LayerList()
        arriving = in_channels
        sides = []
        for i, (multiples, (site, spec)) in enumerate(zip(_ENCODER, downs), start=1):
            channels = [width * m for m in multiples]
            self.add_sublayer(f"enco{i}", _convolutions(arriving, channels))
            arriving = channels[-1]
            known = {"kind": Downsampler, "site": f"downsample.{site}"}
            self.down.append(build(spec, arriving, scale=2, **known))
            sides.append(parse_spec(spec, Downsampler)[0].gives_side)
        for i, (multiples, (site, spec)) in enumerate(zip(_DECODER, ups), start=1):
            known = {"kind": Upsampler, "site": f"upsample.{site}"}
            known.update(guide_channels=arriving, side=sides.pop())
            self.up.append(build(spec, arriving, scale=2, **known))
            channels = [width * m for m in multiples]
            self.add_sublayer(f"deco{i}", _convolutions(arriving, channels))
            arriving = channels[-1]
        classifier = nn.Conv2D(arriving, num_classes, 3, padding=1)
        self.deco5.add_sublayer("1", classifier)
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        _check_size(x)
        features = []
        sides = []
        encoder = (self.enco1, self.enco2, self.enco3, self.enco4, self.enco5)
        for convolve, down, up in zip(encoder, self.down, reversed(self.up)):
            feature = convolve(x)
            x, side = down.record(feature, needed=up.needs_side is not None)
            features.append(feature)
            sides.append(side)
        decoder = (self.deco1, self.deco2, self.deco3, self.deco4, self.deco5)
        for convolve, up in zip(decoder, self.up):
            feature = features.pop()
            x = up(x, guide=feature, side=sides.pop(), size=spatial_size(feature))
            x = convolve(x)
        return [x]


def _convolutions(arriving, channels):
    steps = zip([arriving, *channels], channels)
    return nn.Sequential(*(ConvBNReLU(c, d, 3, padding=1) for c, d in steps))


def _check_size(x):
    least = 2 ** len(_ENCODER)
    if paddle.in_dynamic_mode() and min(x.shape[2:]) < least:
        raise UsageError(
            f"ResampleSegNet: five levels need images of at least {least}x{least} "
            f"pixels, not {x.shape[2]}x{x.shape[3]}"
        )
