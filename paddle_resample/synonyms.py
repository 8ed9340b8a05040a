"""Names by which others know our operators and options, for hints in messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .errors import did_you_mean

__all__ = ["name_hint", "option_hint"]

_NAMES = {
    "convtranspose": "conv_transpose",
    "convtranspose2d": "conv_transpose",
    "conv2dtranspose": "conv_transpose",
    "deconv": "conv_transpose",
    "deconvolution": "conv_transpose",
    "depthtospace": "pixel_shuffle",
    "espcn": "pixel_shuffle",
    "linear": "bilinear",
    "maxpool2d": "max_pool",
    "avgpool2d": "avg_pool",
    "maxunpool2d": "max_unpool",
    "nearestneighbor": "nearest",
    "nearestneighbour": "nearest",
    "spacetodepth": "pixel_unshuffle",
    "subpixel": "pixel_shuffle",
    "transposedconv": "conv_transpose",
    "transposedconvolution": "conv_transpose",
    "unpool": "max_unpool",
    "unpooling": "max_unpool",
}
_OPTIONS = {
    "scale_factor": ("scale",),
    "upscale_factor": ("scale",),
    "downscale_factor": ("scale",),
    "factor": ("scale",),
    "ratio": ("scale",),
    "stride": ("scale",),
    "padding_mode": ("border", "padding"),
    "up_kernel": ("kernel_size",),
    "up_group": ("groups",),
    "use_bias": ("bias",),
    "bias_attr": ("bias",),
}


def name_hint(name: object, classes: Mapping[str, str]) -> str:
    """The nearest registry name, for the end of a message.

    Args:
        name: what the user wrote.
        classes: registry name -> name of its class.

    >>> name_hint("deconv", {"conv_transpose": "ConvTranspose", "aconv": "AConv"})
    "; did you mean 'conv_transpose'?"
    >>> name_hint("BILINEAR", {"bilinear": "Bilinear"})
    "; did you mean 'bilinear'?"
    """
    bare = _bare(name)
    synonym = _NAMES.get(bare)
    if synonym in classes:
        return f"; did you mean {synonym!r}?"
    for known, cls in classes.items():
        if bare in (_bare(known), _bare(cls)):
            return f"; did you mean {known!r}?"
    return did_you_mean(name, classes)


def option_hint(key: object, known: Iterable[str]) -> str:
    """The nearest option, for the end of a message.

    Args:
        key: what the user wrote.
        known: the options of the operator.

    >>> option_hint("scale_factor", ["align_corners", "scale"])
    "; did you mean 'scale'?"
    """
    known = list(known)
    for synonym in _OPTIONS.get(str(key), ()):
        if synonym in known:
            return f"; did you mean {synonym!r}?"
    return did_you_mean(key, known)


def _bare(name):
    return "".join(c for c in str(name).lower() if c.isalnum())
