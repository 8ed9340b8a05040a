"""Say a finished English sentence in the language in use."""

from __future__ import annotations

import functools
from pathlib import Path

from .choice import language

__all__ = ["padded", "read_catalogue", "translated"]


def translated(said, into=None):
    """Say something in the language in use.

    Args:
        said: str, a whole message; or a rich Table, whose title and headings are said.
        into: another language than the one in use, for what is written in both.

    Returns:
        As said. In English, and where the catalogue has no such sentence, what came in.
    """
    into = into or language()
    if into == "en":
        return said
    catalogue = _catalogue(into)
    if isinstance(said, str):
        return catalogue.translate(said)
    if isinstance(said.title, str):
        said.title = catalogue.translate(said.title)
    for column in said.columns:
        if isinstance(column.header, str):
            column.header = catalogue.translate(column.header)
    return said


def padded(text: str, width: int) -> str:
    """A text as wide as so many columns; a Chinese character fills two."""
    if text.isascii():
        return text.ljust(width)
    from rich.cells import cell_len

    return text + " " * max(0, width - cell_len(text))


def read_catalogue(path: Path) -> dict[str, str]:
    """What a .po file translates: text -> its translation."""
    import polib

    entries = polib.pofile(str(path), encoding="utf-8")
    return {e.msgid: e.msgstr for e in entries if e.msgstr and not e.obsolete}


@functools.cache
def _catalogue(name):
    from .catalogue import Catalogue

    return Catalogue(read_catalogue(Path(__file__).with_name(f"{name}.po")))
