"""Paragraphs on a terminal, with lines that end where Chinese lines may."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

__all__ = ["Prose", "wrapped"]

# A Chinese character or a word, with the marks that no line parts from it; or a space.
_PIECE = re.compile(
    r"[（《“]*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef“”]+)[，。；：、？！）》”]*|\s+|\S"
)

_BREAKS = "_/,=-.)"  # behind these a word too wide for a line is broken


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


def wrapped(
    text: str, width: float, measure: Callable[[str], float] = cell_len
) -> list[str]:
    """Break a text into lines of at most this width.

    A line may end behind a Chinese character. A word wider than a line is broken, where
    it can be behind one of its marks.

    Args:
        text: one paragraph.
        width: of a line, in what `measure` counts.
        measure: width of a text; default: columns of a terminal, where a Chinese
            character fills two.

    >>> wrapped("核的大小 k，奇数", 10)
    ['核的大小', 'k，奇数']
    >>> wrapped("conv_transpose", 8)
    ['conv_', 'transpos', 'e']
    """
    lines, line = [], ""
    for word in _PIECE.findall(text):
        for piece in _pieces(word, width, measure):
            if line.strip() and measure((line + piece).rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            if line or not piece.isspace():
                line += piece
    return [*lines, line.rstrip()]


def _pieces(word: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """A word in parts that fit on a line."""
    while len(word) > 1 and measure(word.rstrip()) > width:
        fitting = [n for n in range(1, len(word)) if measure(word[:n]) <= width] or [1]
        marks = [n for n in fitting if word[n - 1] in _BREAKS]
        cut = max(marks or fitting)
        yield word[:cut]
        word = word[cut:]
    yield word
