"""What the class of an operator declares, in words."""

from __future__ import annotations

from .base import Downsampler, Resampler, Upsampler
from .errors import UsageError
from .operator_cost import Cost, cost
from .registry import partners

__all__ = [
    "COST_AT",
    "FAMILIES",
    "asks",
    "cost_at",
    "facts",
    "family",
    "initialization",
    "scales",
]

COST_AT = (256, (64, 64))  # channels and size at which costs are shown

# Title of every family of upsamplers, then of downsamplers, in reading order.
FAMILIES = {
    "interpolation": "Upsamplers: interpolation, no weights",
    "convolution": "Upsamplers: learned kernels, the same everywhere",
    "dynamic": "Upsamplers: weights or locations predicted from x",
    "guided": "Upsamplers: steered by a guide",
    "fusion": "Upsamplers: steered by a guide whose content is fused in",
    "inverse": "Upsamplers: undo the downsampler that recorded for them",
    "pooling": "Downsamplers: pooling and filters, no weights",
    "learned pooling": "Downsamplers: learned, channel by channel",
    "learned reduction": "Downsamplers: learned, mixing channels",
    "recording": "Downsamplers: record what their upsampler needs",
}


def family(cls: type[Resampler]) -> str:
    """Which family an operator belongs to, from what its class declares.

    Args:
        cls: a registered class.

    Returns:
        str: a key of FAMILIES.

    >>> from paddle_resample.operator_facts import family
    >>> from paddle_resample.registry import resampler_class
    >>> family(resampler_class("carafe")), family(resampler_class("max_pool"))
    ('dynamic', 'recording')
    """
    if issubclass(cls, Upsampler):
        if cls.needs_side:
            return "inverse"
        if cls.needs_guide:
            return "fusion" if cls.fuses_guide else "guided"
        if not cls.learned:
            return "interpolation"
        # Kernels predicted from x serve every channel and mix none.
        return "dynamic" if cls.keeps_channels else "convolution"
    if issubclass(cls, Downsampler) and cls.gives_side:
        return "recording"
    if not cls.learned:
        return "pooling"
    return "learned pooling" if cls.keeps_channels else "learned reduction"


def asks(cls: type[Resampler]) -> str:
    """What a class asks of its site or does to it, in very few words.

    Args:
        cls: a registered class.

    Returns:
        str: what an upsampler needs; what a downsampler does with odd sizes and gives.

    >>> from paddle_resample.operator_facts import asks
    >>> from paddle_resample.registry import resampler_class
    >>> asks(resampler_class("sapa_i")), asks(resampler_class("max_pool"))
    ('guide of C', 'floor, pool_indices')
    """
    if issubclass(cls, Upsampler):
        if cls.needs_guide:
            return "guide of C" if cls.guide_same_channels else "guide"
        return cls.needs_side or ""
    assert issubclass(cls, Downsampler)
    return ", ".join(filter(None, (cls.odd, cls.gives_side)))


def facts(cls: type[Resampler]) -> dict[str, str]:
    """What a class declares, in words.

    Args:
        cls: a registered class.

    Returns:
        dict of str to str; what does not apply is left out.

    >>> from paddle_resample.operator_facts import facts
    >>> from paddle_resample.registry import resampler_class
    >>> facts(resampler_class("max_unpool"))["needs"]
    'pool_indices, recorded by max_pool'
    """
    declared = {}
    if issubclass(cls, Upsampler):
        declared["needs"] = _needs(cls) or "x alone"
        off = "H*s x W*s; less than s off it is cropped or extended"
        declared["size wanted"] = "any" if cls.any_size else off
    elif issubclass(cls, Downsampler):
        if cls.gives_side:
            declared["gives"] = cls.gives_side
        does = "is dropped" if cls.odd == "floor" else "makes a pixel"
        declared["odd sizes"] = f"{cls.odd}: an incomplete last cell {does}"
    declared["scales"] = scales(cls)
    declared["learned"] = "yes" if cls.learned else "no"
    declared["channels"] = "kept" if cls.keeps_channels else "C to any D"
    declared["layouts"] = ", ".join(cls.data_formats)
    return declared


def cost_at(name: str) -> Cost | str:
    """Cost of an operator with its defaults at COST_AT.

    Args:
        name: registry name.

    Returns:
        Cost, or the sentence that says why there is none.
    """
    try:
        return cost(name, *COST_AT)
    except UsageError as reason:
        return str(reason)


def initialization(cls: type[Resampler]) -> str:
    """How an operator is initialized.

    >>> from paddle_resample.operator_facts import initialization
    >>> from paddle_resample.registry import resampler_class
    >>> initialization(resampler_class("bilinear"))
    'No weights: training changes nothing.'
    """
    if not cls.learned:
        return "No weights: training changes nothing."
    return cls.notes.initialization


def _needs(cls):
    needs = []
    if cls.needs_guide:
        same = " of its channels" if cls.guide_same_channels else ""
        needs.append(f"a guide{same}" + ("; fuses it" if cls.fuses_guide else ""))
    if cls.needs_side:
        needs.append(f"{cls.needs_side}, recorded by {' or '.join(partners(cls))}")
    return ", ".join(needs)


def scales(cls: type[Resampler]) -> str:
    """The integer scales that a class can do, in words."""
    return "any" if cls.scales is None else ", ".join(str(s) for s in cls.scales)
