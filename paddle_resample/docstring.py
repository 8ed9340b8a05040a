"""What the docstring of an operator says, taken apart into its sections."""

import inspect
import re
from typing import NamedTuple

__all__ = ["Documentation", "read_docstring"]

_TITLES = "Args|Call|Returns|Grid|Start|Cost|Source|Raises"
_HEAD = re.compile(rf"((?:{_TITLES})(?:, (?:{_TITLES}))*):(?=\s|$)")
# A section that begins in the middle of a line, behind a full stop.
_INLINE = re.compile(rf"(?<=\.) (?=(?:{_TITLES}): )")
_ENTRY = re.compile(r"(\w+(?:, \w+)*): (.*)")


class Documentation(NamedTuple):
    """The parts of an operator's docstring, each paragraph as one line.

    Attributes:
        summary: the first paragraph.
        formula: list of the paragraphs up to the first section.
        arguments: dict of argument name to what it means.
        sections: dict of title ("Grid", "Source", or "Call, Returns, Grid" where one
            text stands for several) to a list of paragraphs; Args is not among them.
        example: the doctest as it stands, "" where there is none.
    """

    summary: str
    formula: list
    arguments: dict
    sections: dict
    example: str

    def section(self, title):
        """The text of a section, also of one that it shares; "" where it is missing.

        >>> from paddle_resample.registry import resampler_class
        >>> read_docstring(resampler_class("final_patch_expand")).section("Grid")
        'as PatchExpand; 16*C*C + 2*C parameters by default.'
        """
        for titles, paragraphs in self.sections.items():
            if title in titles.split(", "):
                return " ".join(paragraphs)
        return ""


def read_docstring(cls):
    """Take the docstring of an operator apart.

    Args:
        cls: a registered class.

    Returns:
        Documentation.

    >>> from paddle_resample.registry import resampler_class
    >>> bilinear = read_docstring(resampler_class("bilinear"))
    >>> bilinear.summary
    'Linear interpolation of the 2x2 nearest pixels; no weights.'
    >>> bilinear.arguments["scale"], bilinear.section("Source")
    ('integer from 1.', 'textbook.')
    """
    text, _, example = inspect.getdoc(cls).partition("\n>>> ")
    example = f">>> {example}".strip() if example else ""
    blocks = [block for block in text.split("\n\n") if block.strip()]
    opening, arguments, sections, current = [], {}, {}, None
    for block in blocks:
        for part in _INLINE.split(block):
            head = _HEAD.match(part)
            if head is None:
                (opening if current is None else current).append(_one_line(part))
                continue
            rest = part[head.end() :]
            if head[1] == "Args":
                arguments, current = _entries(rest), []
            else:
                current = sections.setdefault(head[1], [])
                current.append(_one_line(rest))
    return Documentation(opening[0], opening[1:], arguments, sections, example)


def _entries(text):
    """`name: meaning` lines and their continuations, which stand further right."""
    found, last = {}, []
    for line in inspect.cleandoc(text).splitlines():
        entry = None if line.startswith(" ") else _ENTRY.match(line)
        if entry:
            last = entry[1].split(", ")
            found.update(dict.fromkeys(last, entry[2]))
        else:
            for name in last:
                found[name] += " " + line.strip()
    return found


def _one_line(text):
    return " ".join(text.split())
