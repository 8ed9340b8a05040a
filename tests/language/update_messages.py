"""Bring the catalogue of messages up to date with the source: `make messages`.

New sentences come in without a translation, and are printed; those that nobody says any
more go. An entry with the comment "by hand" stays: the program puts it together, or
Python says it. The paragraphs of the operators are in a catalogue of their own.
"""

from pathlib import Path

import polib

from paddle_resample.language.operator_texts import CATALOGUE as OPERATORS

from .operator_paragraphs import operator_paragraphs
from .source_templates import (
    command_texts,
    required_templates,
    shape,
    templates,
)

__all__ = ["BY_HAND", "CATALOGUE"]

CATALOGUE = Path(__file__).parents[2] / "paddle_resample" / "language" / "zh.po"
BY_HAND = "by hand"


def main():
    old = polib.pofile(str(CATALOGUE), encoding="utf-8", wrapwidth=88)
    said = {**required_templates(), **command_texts()}
    files = {shape(text): path for text, path in {**templates(), **said}.items()}
    entries = {shape(e.msgid): e for e in old}
    for text in said:
        entries.setdefault(shape(text), polib.POEntry(msgid=text))
    kept = [e for s, e in entries.items() if e.comment == BY_HAND or s in files]
    for entry in kept:
        path = files.get(shape(entry.msgid))
        entry.occurrences = [(path, "")] if path else []
    new = polib.POFile(wrapwidth=88)
    new.header, new.metadata = old.header, old.metadata
    new.extend(sorted(kept, key=lambda e: (e.comment == BY_HAND, e.occurrences)))
    new.save(str(CATALOGUE))
    kept += update_operators()
    print(*(e.msgid for e in kept if not e.msgstr), sep="\n")


def update_operators():
    """Write the catalogue of what the operators say anew; returns its entries."""
    old = polib.pofile(str(OPERATORS), encoding="utf-8")
    known = {entry.msgid: entry.msgstr for entry in old}
    new = polib.POFile(wrapwidth=88)
    new.header, new.metadata = old.header, old.metadata
    for text, name in operator_paragraphs().items():
        new.append(polib.POEntry(msgid=text, msgstr=known.get(text, ""), comment=name))
    new.save(str(OPERATORS))
    return list(new)


if __name__ == "__main__":
    main()
