"""What is wrong with an option of a spec, or with the site that it is meant for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .base import Resampler, Upsampler
from .errors import UsageError
from .synonyms import option_hint

__all__ = ["article", "check_option_type", "check_site", "refuse_option"]


def refuse_option(cls: type[Resampler], key: str, known: Iterable[str]) -> None:
    """Raise the UsageError of an option that a class does not take."""
    raise UsageError(
        f"{cls.name}: unknown option {key!r}{option_hint(key, known)}"
        f" (accepted: {', '.join(sorted(known))})"
    )


def check_option_type(cls: type[Resampler], key: str, value: Any, default: Any) -> None:
    """Refuse a value of another type than the default's; a default of None says
    nothing about the type."""
    expected: Any = type(default)
    if expected is float:
        expected = (int, float)
    wrong_bool = isinstance(value, bool) and not isinstance(default, bool)
    if default is not None and (wrong_bool or not isinstance(value, expected)):
        raise UsageError(
            f"{cls.name}: {key} must be of the kind of its default {default!r}, not "
            f"{value!r}"
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
