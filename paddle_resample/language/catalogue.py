"""Sentences found again among templates, and filled into their translations.

A template is the sentence with named holes: "{path} is empty". What stands in a hole
may be a sentence of the catalogue itself, and is translated too, unless it is a word
alone or the hole is of a quoted value, {path!r}; {token} holds one word. Of all ways to
read a sentence so, the one that leaves fewest letters unexplained wins.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from typing import NamedTuple

__all__ = ["Catalogue", "Template", "holes"]

_MARKS = ";,:( ."
_WEAK = 7  # letters of a template that fits by chance
# What a quoted value looks like: text, a number, a list, an object, a name of Python.
_QUOTED = (
    r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[-+\d.][-+\d.e]*|\[.*\]|\{.*\}|"""
    r"\(.*\)|<.*>|[\w.]+\(.*\)|None|True|False|nan|inf)"
)


class Catalogue:
    """Translations of sentences.

    Args:
        pairs: template -> its translation, with the same holes.
    """

    def __init__(self, pairs: Mapping[str, str]):
        templates = [Template(*pair) for pair in pairs.items()]
        self._whole = {t.literals[0]: t for t in templates if not t.groups}
        self._templates = sorted(
            (t for t in templates if t.groups), key=lambda t: (-t.weight, t.holes)
        )
        self._found: dict[str, _Found | None] = {}

    def translate(self, text: str) -> str:
        """The translation of a message, line by line; an unknown line stays."""
        if "\n" in text:
            return "\n".join(map(self.translate, text.split("\n")))
        found = self._find(text)
        return text if found is None else found.text

    def _find(self, text):
        """The translation that explains most letters of a text; None of an unknown
        one."""
        if text not in self._found:
            self._found[text] = None  # until it is known
            every = [*self._by_templates(text), *self._by_parts(text)]
            self._found[text] = max(every, key=lambda f: f.weight, default=None)
        return self._found[text]

    def _by_templates(self, text):
        if text in self._whole:
            template = self._whole[text]
            yield _Found(template.filled({}), template.weight)
        for template in self._templates:
            groups = template.match(text)
            if groups is None or (
                template.weak and not all(map(self._is_meant, groups))
            ):
                continue
            values, weight = {}, template.weight
            for names, group in zip(template.groups, groups):
                for name, found in self._divided(names, group):
                    values[name] = found.text
                    weight += found.weight
            yield _Found(template.filled(values), weight)

    def _is_meant(self, text):
        """Names, or words of the catalogue."""
        names = all(" " not in name for name in text.split(", "))
        return names or getattr(self._find(text), "weight", 0) > 0

    def _by_parts(self, text):
        """As several sentences that ";" joins."""
        parts = text.split("; ")
        if len(parts) > 1:
            found = [self._find(part) for part in parts]
            if all(f is not None and f.weight for f in found):
                yield _Found(
                    "；".join(f.text for f in found), sum(f.weight for f in found)
                )

    def _divided(self, names, text):
        """What stands in each of several holes without a word between them: a later one
        holds words of the catalogue that begin with a mark, or nothing."""
        first, *others = names
        if not others:
            return [(first, self._part(first, text))]
        nothing = [(name, _Found("", 0)) for name in others]
        ways = [[(first, self._part(first, text)), *nothing]]
        for i, mark in enumerate(text):
            if mark in _MARKS:
                rest = self._divided(others, text[i:])
                begins = " " in text[:i] and text[:i] in self._whole
                if begins or any(found.weight for _, found in rest):
                    ways.append([(first, self._part(first, text[:i])), *rest])
        return max(ways, key=lambda way: sum(found.weight for _, found in way))

    def _part(self, name, text):
        is_name = " " not in text or name.endswith("!r")
        found = None if is_name else self._find(text)
        return _Found(text, 0) if found is None else found


class _Found(NamedTuple):
    """A translation, and how many letters of the English are of templates."""

    text: str
    weight: int


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
        weak: whether it has so few letters that prose fits it, as "class {i}"; words
            before a colon, those behind a semicolon and those by a quoted value do not.
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
        meant = re.match(r"[a-z]+: |\W", self.literals[0]) is not None
        quoted = any(name.endswith("!r") for group in self.groups for name in group)
        self.weak = 0 < self.weight < _WEAK and not (meant or quoted)
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
    if end == "？" and begin in ("；", "，"):
        return text + more.lstrip(" ")[1:]
    if not (end and begin and (_is_chinese(end) or _is_chinese(begin))):
        return text + more
    if _is_chinese(end) and _is_chinese(begin):
        return text.rstrip(" ") + more.lstrip(" ")
    other = begin if _is_chinese(end) else end
    apart = text.endswith(" ") or more.startswith(" ")
    if not apart and other.isascii() and (other.isalnum() or other in "'\"[{<-+./~"):
        return f"{text} {more}"
    return text + more


def _is_chinese(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _pieces(text: str) -> Iterator[tuple[str, str | None]]:
    for literal, name, _, conversion in string.Formatter().parse(text):
        yield literal, name and name + (f"!{conversion}" if conversion else "")
