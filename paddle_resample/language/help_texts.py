"""The help of a command in the language in use."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from rich.cells import cell_len

from .translate import translated

__all__ = ["described", "help_texts", "wrapped"]


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


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of so many columns; a Chinese character fills two, and a
    line may end behind it."""
    lines, line = [], ""
    for piece in re.findall(
        r"[\u2e80-\uffef][，。；：）、]*|[^\s\u2e80-\uffef]+|\s+", text
    ):
        if line.strip() and cell_len((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        if line or not piece.isspace():
            line += piece
    return [*lines, line.rstrip()]


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
