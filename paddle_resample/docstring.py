"""The docstring of an operator, by sections."""

from __future__ import annotations

import inspect
import re
from typing import NamedTuple

from docstring_parser.google import DEFAULT_SECTIONS, GoogleParser, Section, SectionType

from .base import Resampler

__all__ = ["Documentation", "read_docstring"]

_OURS = [
    Section(title, title.lower(), SectionType.SINGULAR) for title in ("Shape", "Source")
]
_PARSER = GoogleParser([*DEFAULT_SECTIONS, *_OURS])


class Documentation(NamedTuple):
    """The sections of an operator's docstring.

    Attributes:
        summary: the first paragraph.
        arguments: option -> meaning, those of the base classes included.
        shape: what is said of each tensor, such as "x: [N, C, H, W]".
        source: the full reference, and where the operator departs from it.
        example: the doctest.
    """

    summary: str
    arguments: dict[str, str]
    shape: list[str]
    source: str
    example: str


def read_docstring(cls: type[Resampler]) -> Documentation:
    """Read the docstring of an operator.

    Args:
        cls: a registered class.

    >>> from paddle_resample import resampler_class
    >>> bilinear = read_docstring(resampler_class("bilinear"))
    >>> bilinear.summary
    'Linear interpolation of the 2x2 nearest pixels; no weights.'
    >>> bilinear.arguments["scale"]
    'integer ratio s between the fine and the coarse side.'
    """
    arguments: dict[str, str] = {}
    for parent in reversed(cls.__mro__):
        if issubclass(parent, Resampler):
            arguments.update(_arguments(_PARSER.parse(parent.__doc__ or "")))
    text = inspect.getdoc(cls) or ""
    parsed = _PARSER.parse(text)
    sections = {m.args[0]: m.description or "" for m in parsed.meta}
    return Documentation(
        _one_line(text.split("\n\n")[0]),
        arguments,
        _entries(sections.get("shape", "")),
        _one_line(sections.get("source", "")),
        sections.get("examples", ""),
    )


def _arguments(parsed):
    return {
        name: _one_line(entry.description or "")
        for entry in parsed.params
        if entry.args[0] == "param"
        for name in entry.arg_name.split(", ")
    }


def _entries(text):
    """Every "x: ..." with its continuation on one line."""
    return [_one_line(entry) for entry in re.split(r"\n\s*(?=\w+: )", text) if entry]


def _one_line(text):
    return " ".join(text.split())
