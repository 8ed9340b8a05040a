"""Sentences found again among templates, and filled into their translations.

A template is the sentence with named holes: "{path} is empty". What stands in a hole
may be a sentence of the catalogue itself, and is translated too, unless it is a word
alone or the hole is of a quoted value, {path!r}; {token} holds one word. Of several
templates that fit, the one with most words wins.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping

__all__ = ["Catalogue", "Template", "holes"]

_SUFFIX_BEGINS = ";,:( ."
# Letters; templates of fewer fit what was never meant, as "class {i}" and prose.
_WEAK = 7
# What a quoted value looks like: text, a number, a list, an object, a name of Python.
_QUOTED = (
    r"""('.*?'|".*?"|[-+\d.][-+\d.e]*|\[.*\]|\{.*\}|\(.*\)|<.*>|"""
    r"[\w.]+\(.*\)|None|True|False|nan|inf)"
)


class Catalogue:
    """Translations of sentences.

    Args:
        pairs: template -> its translation, with the same holes.
    """

    def __init__(self, pairs: Mapping[str, str]):
        templates = [Template(*pair) for pair in pairs.items()]
        self._whole = {t.literals[0]: t.filled({}) for t in templates if not t.groups}
        self._templates = sorted(
            (t for t in templates if t.groups),
            key=lambda t: (not t.labelled, -t.weight, t.holes),
        )

    def translate(self, text: str) -> str:
        """The translation of a message, line by line; an unknown line stays."""
        if "\n" in text:
            return "\n".join(map(self.translate, text.split("\n")))
        found = self._find(text)
        return text if found is None else found

    def _find(self, text):
        if text in self._whole:
            return self._whole[text]
        template, groups = self._match(text)
        parts = text.split("; ")
        if len(parts) > 1 and not (template and "; " in "#".join(template.literals)):
            if all(self._says(part) for part in parts):
                return "；".join(map(self._find, parts))
        if template is None:
            return None
        values = {}
        for names, value in zip(template.groups, groups):
            values.update(self._divide(names, value))
        return template.filled(values)

    def _match(self, text):
        for template in self._templates:
            groups = template.match(text)
            if groups is not None and (
                template.wraps
                or not 0 < template.weight < _WEAK
                or all(" " not in g or self._find(g) is not None for g in groups)
            ):
                return template, groups
        return None, ()

    def _says(self, text):
        """Whether a text is one whole sentence, which ";" may join to others."""
        template, _ = self._match(text)
        return text in self._whole or (template is not None and template.weight > 0)

    def _divide(self, names, text):
        """What stands in each of several holes without a word between them: a later one
        holds a sentence of the catalogue that begins with a mark, or nothing."""
        first, *others = names
        if others:
            for i, mark in enumerate(text):
                if mark in _SUFFIX_BEGINS and self._find(text[i:]) is not None:
                    return {
                        first: self._part(first, text[:i]),
                        **self._divide(others, text[i:]),
                    }
        return {first: self._part(first, text), **dict.fromkeys(others, "")}

    def _part(self, name, text):
        is_name = " " not in text or name.endswith("!r")
        return text if is_name else self.translate(text)


class Template:
    """One sentence with holes.

    Args:
        text: with holes in braces, as str.format has them.
        translation: likewise.

    Attributes:
        literals: what stands before, between and behind the groups of holes.
        groups: names of the holes of each group; a group has no word between its holes,
            and that of a quoted value ends with it.
        holes: their number.
        weight: letters of the literals.
        labelled: whether it begins with a word and a colon; such a word is no name.
        wraps: whether any sentence follows it, as in "note: {text}".
    """

    def __init__(self, text: str, translation: str):
        self.literals, self.groups = [""], []
        for literal, name in _pieces(text):
            if literal:
                self.literals[-1] += literal
            if name is None:
                continue
            previous = self.groups[-1][-1] if self.groups else "!r"
            if not (self.literals[-1] or previous.endswith("!r")):
                self.groups[-1].append(name)
            else:
                self.groups.append([name])
                self.literals.append("")
        self.holes = sum(map(len, self.groups))
        self.weight = sum(c.isalpha() for c in "".join(self.literals))
        self.labelled = re.match(r"[a-z]+: ", self.literals[0]) is not None
        self.wraps = self.labelled and self.holes == 1 and not self.literals[1]
        self._translation = translation
        self._pattern = None

    def match(self, text: str) -> tuple | None:
        """What stands in the groups of holes, or None for another sentence."""
        first, *_, last = self.literals
        if not (text.startswith(first) and text.endswith(last)):
            return None
        if not all(literal in text for literal in self.literals):
            return None
        if self._pattern is None:
            self._pattern = re.compile(self._regex())
        found = self._pattern.fullmatch(text)
        return found.groups() if found else None

    def _regex(self):
        regex = re.escape(self.literals[0])
        for (name, *_), literal in zip(self.groups, self.literals[1:]):
            hole = "(.*?)"
            if name.endswith("!r"):
                hole = _QUOTED
            elif name.startswith("token"):
                hole = r"(\S+)"
            regex += hole + re.escape(literal)
        return regex

    def filled(self, values: Mapping[str, str]) -> str:
        """The translation with these values in its holes."""
        text = ""
        for literal, name in _pieces(self._translation):
            text = _joined(text, literal)
            if name is not None:
                text = _joined(text, values[name])
        return text


def holes(text: str) -> list[str]:
    """The names of the holes of a template, sorted.

    >>> holes("{path!r}: {count} are left of {path!r}, {{so}}")
    ['count', 'path!r', 'path!r']
    """
    return sorted(name for _, name in _pieces(text) if name is not None)


def _joined(text: str, more: str) -> str:
    """Put texts together, with a space between a Chinese and another word, and none
    between two Chinese ones."""
    end, begin = text.rstrip(" ")[-1:], more.lstrip(" ")[:1]
    if not (end and begin and (_is_chinese(end) or _is_chinese(begin))):
        return text + more
    if _is_chinese(end) and _is_chinese(begin):
        return text.rstrip(" ") + more.lstrip(" ")
    other = begin if _is_chinese(end) else end
    if other.isascii() and (other.isalnum() or other in "'\"[{<-+./~"):
        return f"{text.rstrip(' ')} {more.lstrip(' ')}"
    return text + more


def _is_chinese(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _pieces(text: str) -> Iterator[tuple[str, str | None]]:
    for literal, name, _, conversion in string.Formatter().parse(text):
        yield literal, name and name + (f"!{conversion}" if conversion else "")
