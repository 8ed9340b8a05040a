"""A downsampler of scale 1 as the filter beside another operator, named by a spec."""

from __future__ import annotations

import paddle.nn as nn

from ..base import Downsampler, Site
from ..registry import Spec, build, parse_spec, resampler_options

__all__ = ["antialias_layer", "count_antialias"]


def antialias_layer(spec: Spec | None, channels: int) -> nn.Layer | None:
    """The layer of a spec.

    Args:
        spec: of a downsampler that can have scale 1, or None.
        channels: of the feature map.

    Raises:
        UsageError: the spec is wrong, or the downsampler has no scale 1.
    """
    if spec is None:
        return None
    return build(spec, channels, scale=1, kind=Downsampler)


def count_antialias(spec: Spec | None, site: Site) -> tuple[int, int]:
    """(parameters, multiply-accumulates) of it.

    Args:
        spec: as of `antialias_layer`.
        site: with the size at which it filters; its scale does not matter.
    """
    if spec is None:
        return 0, 0
    cls, options = parse_spec(spec, Downsampler)
    values = {**resampler_options(cls), **options}
    del values["scale"]
    return cls.count(site._replace(scale=1), **values)
