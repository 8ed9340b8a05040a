"""What a backbone's feature maps are, and the upsamplers of a path from coarse to fine.

Levels count from 0, the finest map that is used. A site is named after the level it
lands at: `level_2` brings the map of level 3 to the size of level 2.
"""

import paddle
import paddle.nn as nn

from ...base import Upsampler
from ...errors import UsageError
from ...registry import build
from ...site_specs import spec_of_each_site

__all__ = [
    "SameSize",
    "chosen_maps",
    "logits_upsampler",
    "read_pyramid",
    "top_down_upsamplers",
]

_PROBE = 64  # pixels; the largest stride of the field, so that every ratio is exact


class SameSize(nn.Layer):
    """Stands where two levels have one size: hands x on."""

    def forward(self, x, guide=None, side=None, size=None):
        return x


def read_pyramid(owner, backbone, indices=None):
    """Channels and strides of the feature maps that a network takes from a backbone.

    The strides are measured by one pass over an image of 64x64 zeros, because
    backbones tell them in no common way and options such as output_stride change them.

    Args:
        owner: name of the network, for messages.
        backbone: nn.Layer, image [N, C, H, W] -> list of maps; has `feat_channels`.
        indices: which maps, finest first; None takes all.

    Returns:
        (channels, strides): lists of int, finest first.

    Raises:
        UsageError: no feat_channels, an index that is not there, or maps that are not
            ordered from fine to coarse.
    """
    name = type(backbone).__name__
    channels = getattr(backbone, "feat_channels", None)
    if channels is None:
        raise UsageError(
            f"{owner}: backbone {name} does not say its channels (feat_channels)"
        )
    with paddle.no_grad():
        was_training = backbone.training
        backbone.eval()
        maps = backbone(paddle.zeros([1, _image_channels(backbone), _PROBE, _PROBE]))
        if was_training:
            backbone.train()
    indices = list(range(len(maps))) if indices is None else list(indices)
    if not indices or max(indices) >= len(maps) or min(indices) < 0:
        raise UsageError(
            f"{owner}: backbone_indices {indices} must be of 0 to {len(maps) - 1}, the "
            f"maps of {name}"
        )
    strides = [_PROBE // maps[i].shape[2] for i in indices]
    if strides != sorted(strides):
        raise UsageError(
            f"{owner}: backbone_indices {indices} must go from fine to coarse, but the "
            f"maps of {name} there have strides {strides}"
        )
    return [channels[i] for i in indices], strides


def chosen_maps(backbone, indices, x):
    """The feature maps that `read_pyramid` described, of an image."""
    maps = backbone(x)
    return maps if indices is None else [maps[i] for i in indices]


def logits_upsampler(spec, num_classes, scale, image_channels):
    """What brings the logits to the size of the image, which is its guide."""
    return build(
        spec,
        num_classes,
        scale=scale,
        guide_channels=image_channels,
        kind=Upsampler,
        site="upsample_logits",
    )


def top_down_upsamplers(owner, key, spec, channels, strides, aligning=False):
    """One upsampler from each level to the next finer one.

    Args:
        owner, key: of the argument that holds the specs, for messages.
        spec: one for all sites, or one for each (`site_specs`), coarsest site first.
        channels: of x and guide at every site.
        strides: of the levels, finest first.
        aligning: whether two levels of one size are a site too, of scale 1, because
            the upsampler aligns them.

    Returns:
        nn.LayerList: entry l brings level l+1 to the size of level l; `SameSize` where
        the two have one size and nothing is to be aligned.

    Raises:
        UsageError: a spec is wrong, or a ratio is no integer.
    """
    ratios = {f"level_{i}": b / a for i, (a, b) in enumerate(zip(strides, strides[1:]))}
    sites = [s for s, ratio in reversed(list(ratios.items())) if aligning or ratio > 1]
    specs = spec_of_each_site(owner, key, spec, sites)
    layers = nn.LayerList()
    for site, ratio in ratios.items():
        if ratio == 1 and not aligning:
            layers.append(SameSize())
            continue
        if ratio % 1:
            raise UsageError(f"{owner}: strides {strides} have no integer ratio")
        layers.append(
            build(
                specs[site],
                channels,
                scale=int(ratio),
                guide_channels=channels,
                kind=Upsampler,
                site=f"{key}.{site}",
            )
        )
    return layers


def _image_channels(backbone):
    """Channels that its first convolution takes."""
    for layer in backbone.sublayers():
        if isinstance(layer, nn.Conv2D):
            return layer._in_channels
    return 3
