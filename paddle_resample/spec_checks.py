"""The options of a class, and what is wrong with those of a spec or with its site."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from .base import Resampler, Upsampler
from .errors import UsageError
from .synonyms import option_hint

__all__ = [
    "article",
    "check_options",
    "check_site",
    "refuse_option",
    "resampler_options",
]

# Bound by the network at each site, never by the spec.
_BOUND = ("in_channels", "out_channels", "guide_channels", "data_format")


def resampler_options(cls: type[Resampler]) -> dict[str, Any]:
    """The options a spec may give to a resampler class.

    Args:
        cls: a registered class.

    Returns:
        dict: option name -> default.

    >>> from paddle_resample import Bilinear
    >>> resampler_options(Bilinear)["align_corners"]
    False
    """
    parameters = inspect.signature(cls.__init__).parameters.values()
    return {
        p.name: p.default
        for p in parameters
        if p.kind is p.KEYWORD_ONLY and p.name not in _BOUND
    }


def refuse_option(cls: type[Resampler], key: str, known: Iterable[str]) -> None:
    """Raise the UsageError of an option that a class does not take."""
    raise UsageError(
        f"{cls.name}: unknown option {key!r}{option_hint(key, known)}"
        f" (accepted: {', '.join(sorted(known))})"
    )


def check_options(cls: type[Resampler], options: Mapping[str, Any]) -> None:
    """Refuse an option of a spec that the class does not take, that the network sets,
    or whose value is of another type than the default's; a default of None says
    nothing about the type."""
    known = resampler_options(cls)
    for key, value in options.items():
        if key in _BOUND:
            raise UsageError(
                f"{cls.name}: {key} is set by the network at each site; remove it "
                "from the spec"
            )
        if key not in known:
            refuse_option(cls, key, known)
        default = known[key]
        expected: Any = type(default)
        if expected is float:
            expected = (int, float)
        wrong_bool = isinstance(value, bool) and not isinstance(default, bool)
        if default is not None and (wrong_bool or not isinstance(value, expected)):
            raise UsageError(
                f"{cls.name}: {key} must be of the kind of its default {default!r}, "
                f"not {value!r}"
            )


def check_site(
    cls: type[Upsampler],
    channels: int,
    guide_channels: int | None,
    side: str | None,
    givers: list[str],
    in_network: bool,
) -> None:
    """Refuse an upsampler that needs what its site does not have.

    Args:
        cls: the upsampler.
        channels: of the map that it upsamples.
        guide_channels, side: what the site has, see `registry.build`.
        givers: names of the downsamplers that record the side it needs.
        in_network: whether a network builds it, which passes on the side itself.
    """
    if cls.needs_guide and guide_channels is None:
        raise UsageError(
            f"{cls.name}: needs a guide (a finer feature map) and this site has none"
        )
    if cls.guide_same_channels and guide_channels != channels:
        raise UsageError(
            f"{cls.name}: the guide must have the {channels} channels of the upsampled "
            f"map, but at this site it has {guide_channels}"
        )
    if cls.needs_side is not None and cls.needs_side != side:
        has = "none" if side is None else f"only {side}"
        built = "" if in_network else f" and build it with side={cls.needs_side!r}"
        raise UsageError(
            f"{cls.name}: needs {cls.needs_side} recorded by its downsampler and this "
            f"site has {has}; downsample with {' or '.join(givers)}{built}"
        )


def article(word: str) -> str:
    """The word with its indefinite article."""
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
