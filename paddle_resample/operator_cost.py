"""What an operator costs at a site, in closed form: parameters, arithmetic, traffic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .arguments import whole_number
from .base import Downsampler, Resampler, Site, Upsampler
from .errors import UsageError
from .registry import Spec, parse_spec, resampler_options

__all__ = ["Cost", "cost"]

# Side information of a few numbers a sample, no map: not counted as traffic.
_FEW_NUMBERS = ("phase_weights",)


class Cost(NamedTuple):
    """Cost of one forward pass, batch 1.

    Attributes:
        parameters: trainable numbers, biases and normalisation included.
        macs: multiply-accumulates of convolutions, products and weighted sums;
            normalisation, softmax, activations and biases are not counted, as in the
            papers of the field. A transposed convolution counts per input pixel.
        bytes: least float32 traffic: input, guide, side, weights read and output
            written once.
    """

    parameters: int
    macs: int
    bytes: int


def cost(
    spec: Spec,
    in_channels: int,
    size: int | Sequence[int],
    out_channels: int | None = None,
    guide_channels: int | None = None,
) -> Cost:
    """Cost of a spec's operator, without building it.

    Args:
        spec: a name or a mapping, as in `build`; its scale, else the operator's usual
            one.
        in_channels: C of the input.
        size: (H, W) of the input, or one number for both: the low-resolution feature
            map of an upsampler, the high-resolution one of a downsampler.
        out_channels: default in_channels.
        guide_channels: of an upsampler's guide, default in_channels.

    Raises:
        UsageError: the spec is wrong, cannot have these channels, or the size is none
            or that of a volume, whose cost is not counted.

    >>> cost("pixel_shuffle", 256, 16).parameters
    2360320
    """
    cls, options = parse_spec(spec)
    values = {**resampler_options(cls), **options}
    scale = values.pop("scale")
    for key, channels in (
        ("in_channels", in_channels),
        ("out_channels", out_channels),
        ("guide_channels", guide_channels),
    ):
        if channels is not None:
            whole_number(cls.name, key, channels)
    out_channels = in_channels if out_channels is None else out_channels
    guide_channels = in_channels if guide_channels is None else guide_channels
    if cls.keeps_channels and out_channels != in_channels:
        raise UsageError(
            f"{cls.name}: keeps the number of channels, {in_channels} is not "
            f"{out_channels}"
        )
    height, width = _height_and_width(cls, size)
    site = Site(in_channels, out_channels, guide_channels, height, width, scale)
    parameters, macs = cls.count(site, **values)
    return Cost(parameters, macs, 4 * (_traffic(cls, site) + parameters))


def _height_and_width(cls, size):
    sides = (size, size) if isinstance(size, int) else size
    if not isinstance(sides, Sequence) or len(sides) != 2 or isinstance(sides, str):
        raise UsageError(
            f"{cls.name}: the cost is counted for a size (H, W), not {size!r}"
        )
    return tuple(whole_number(cls.name, "size", side) for side in sides)


def _traffic(cls: type[Resampler], site: Site) -> int:
    """Numbers read and written at the least."""
    read = site.in_channels * site.height * site.width
    if issubclass(cls, Downsampler):
        y = site.out_channels * site.coarse_height * site.coarse_width
        recorded = cls.gives_side not in (None, *_FEW_NUMBERS)
        return read + y + (y if recorded else 0)
    assert issubclass(cls, Upsampler)
    fine = site.height * site.width * site.scale**2
    guide = site.guide_channels * fine if cls.needs_guide else 0
    side = read if cls.needs_side not in (None, *_FEW_NUMBERS) else 0
    return read + guide + side + site.out_channels * fine
