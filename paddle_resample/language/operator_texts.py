"""What the files of the operators say of them, in Chinese, paragraph by paragraph."""

from __future__ import annotations

import functools
from pathlib import Path

from .choice import language
from .translate import read_catalogue

__all__ = ["CATALOGUE", "operator_text"]

CATALOGUE = Path(__file__).with_name("operators.zh.po")


def operator_text(text: str, into: str | None = None) -> str:
    """A paragraph of an operator's docstring or notes in the language in use.

    Args:
        text: one paragraph on one line, as `read_docstring` and `paragraphs` give it.
        into: "en" or "zh", in place of the language in use.

    Returns:
        The translation; the text itself in English or where there is none.

    >>> operator_text("textbook.", "zh")
    '教科书内容。'
    """
    if (into or language()) == "en":
        return text
    return _translations().get(text, text)


@functools.cache
def _translations():
    return read_catalogue(CATALOGUE)
