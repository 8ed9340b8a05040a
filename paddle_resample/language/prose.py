"""Paragraphs on a terminal, with lines that end where Chinese lines may."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

__all__ = ["Prose", "wrapped"]

# A Chinese character or a word, with the marks that no line parts from it; or a space.
_PIECE = re.compile(
    r"[（《“]*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef“”]+)[，。；：、？！）》”]*|\s+|\S"
)


class Prose:
    """Paragraphs that a rich Console breaks into lines; rich's own Text breaks Chinese
    at its spaces alone, and leaves words out there.

    Args:
        paragraphs: each on one line.
    """

    def __init__(self, *paragraphs: str):
        self._paragraphs = paragraphs

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        for paragraph in self._paragraphs:
            yield Text("\n".join(wrapped(paragraph, options.max_width)))


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of so many columns.

    A Chinese character fills two columns, and a line may end behind it.

    >>> wrapped("核的大小 k，奇数", 10)
    ['核的大小', 'k，奇数']
    """
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if line.strip() and cell_len((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        if line or not piece.isspace():
            line += piece
    return [*lines, line.rstrip()]
