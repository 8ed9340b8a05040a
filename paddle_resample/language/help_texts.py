"""The help of a command in the language in use."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from .prose import wrapped
from .translate import translated

__all__ = ["described", "help_texts"]


def described(description: str, width: int) -> str:
    """A description with its paragraphs translated; indented lines and those that
    begin with the program's name are commands and stay."""
    lines = []
    for text, line in _parts(description):
        lines += [line] if text is None else wrapped(translated(text), width)
    return "\n".join(lines)


def help_texts(parser: argparse.ArgumentParser) -> Iterator[str]:
    """What the help of a command says: its paragraphs, and a text for each argument."""
    for text, _ in _parts(parser.description or ""):
        if text is not None:
            yield text
    for action in parser._actions:
        if action.help and action.help != argparse.SUPPRESS:
            yield action.help


def _parts(description):
    """(paragraph, None) and (None, line of a command or empty line)."""
    words = []
    for line in [*description.strip().splitlines(), ""]:
        command = not line or line[0].isspace() or line.startswith("%(prog)s")
        if command:
            if words:
                yield " ".join(words), None
                words = []
            yield None, line
        else:
            words.append(line.strip())
