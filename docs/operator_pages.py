"""The documentation pages of the registered resamplers, as Markdown."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import operator_index_words as index_words
from markdown_table import markdown_table
from operator_markdown import escaped, file_name, markdown
from operator_page_words import WORDS

import paddle_resample
from operator_fit_picture import fitted_text
from paddle_resample import (
    Upsampler,
    resampler_class,
    resampler_names,
    resampler_options,
)
from paddle_resample.docstring import read_docstring
from paddle_resample.language.descriptions import OPERATORS
from paddle_resample.notes import paragraphs
from paddle_resample.operator_facts import (
    COST_AT,
    FAMILIES,
    asks,
    cost_at,
    facts,
    family,
    initialization,
)
from paddle_resample.registry import partners

__all__ = ["index_page", "operator_page", "write_pages"]

_ROOT = Path(paddle_resample.__file__).parents[1]
_AT = f"{COST_AT[0]}x{COST_AT[1][0]}x{COST_AT[1][1]}"


def write_pages(folder):
    """Write the index and one page for each registered operator, in both languages.

    Args:
        folder: Path to write into; pages of operators that do not exist are removed.

    Returns:
        list of names that have a page.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pages = {}
    for language, index in index_words.PAGES.items():
        pages[index] = index_page(language)
        for name in resampler_names():
            pages[file_name(name, language)] = operator_page(name, language)
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return resampler_names()


def operator_page(name, language="en"):
    """The page of an operator, from its declarations, notes and docstring.

    Args:
        name: registry name.
        language: "en" or "zh".

    Returns:
        str: Markdown; its picture is images/NAME.png beside it.

    Raises:
        UsageError: unknown name.
    """
    cls = resampler_class(name)
    documentation = read_docstring(cls)
    words = WORDS[language]
    kind = "upsampler" if issubclass(cls, Upsampler) else "downsampler"
    source = index_words.said(cls.source, language)

    def said(*texts):
        return _paragraphs(texts, name, language)

    parts = [
        f"# {name}",
        words["switch"].format(name=name),
        words["title"].format(
            words[kind], index_words.said(family(cls), language), source
        ),
        *said(_summary(name, language), *paragraphs(cls.notes.formula)),
        f"![{words['picture'].format(name=name)}](images/{name}.png)",
        words["caption"].format(name=name),
        fitted_text(name, language),
        f"## {words['example']}",
        f"```python\n{documentation.example}\n```",
        f"## {words['configuration']}",
        _yaml(cls, kind, language),
        _option_table(cls, documentation, language),
        f"## {words['shape']}",
        *said(*documentation.shape),
        f"## {words['properties']}",
        _fact_table(cls, language),
        f"## {words['grid']}",
        *said(*paragraphs(cls.notes.grid)),
        f"## {words['initialization']}",
        *said(*paragraphs(initialization(cls))),
        f"## {words['cost']}",
        _cost_text(name, language),
        *said(*paragraphs(cls.notes.cost)),
        f"## {words['source']}",
        words["cite" if cls.year else "no citation"].format(source=source),
        *said(documentation.source),
        f"{words['code']}[{_code(cls)}](../../{_code(cls)})",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def index_page(language="en"):
    """The index of all pages: one table for each family.

    Args:
        language: "en" or "zh".

    Returns:
        str: Markdown.
    """
    parts = [index_words.INTRODUCTION[language].format(at=_AT).strip()]
    for key, title in FAMILIES.items():
        members = [
            name for name in resampler_names() if family(resampler_class(name)) == key
        ]
        if members:
            title = index_words.said(title, language)
            parts += [f"## {title}", _family_table(members, language)]
    return "\n\n".join(parts) + "\n"


def _family_table(members, language):
    rows = []
    up = issubclass(resampler_class(members[0]), Upsampler)
    for name in members:
        cls, total = resampler_class(name), cost_at(name)
        numbers = ("", "")
        if not isinstance(total, str):
            numbers = (f"{total.parameters:,}", f"{total.macs:,}")
        summary = _summary(name, language)
        page = file_name(name, language)
        # In one cell, so that a phone shows the picture without scrolling sideways.
        link = f"[{name} ![](images/{name}.png)]({page})"
        cells = (asks(cls), facts(cls)["scales"], *numbers, cls.source)
        said = [index_words.said(cell, language) for cell in cells]
        rows.append((link, escaped(summary), *said))
    return markdown_table(index_words.columns(language, up), rows)


def _summary(name, language):
    if language == "en":
        return read_docstring(resampler_class(name)).summary
    return OPERATORS[name]


def _paragraphs(texts, name, language):
    said = [markdown(text, name, language) for text in texts]
    return [_capital(text) for text in said] if language == "en" else said


def _yaml(cls, kind, language):
    lines = ["model:", "  type: ResampleUNet"]
    if kind == "upsampler" and partners(cls):
        lines.append(f"  downsample: {partners(cls)[0]}")
    lines.append(f"  {kind.replace('sampler', 'sample')}: {cls.name}")
    options = [(k, v) for k, v in resampler_options(cls).items() if k != "scale"]
    if options:
        key, value = options[0]
        word = WORDS[language]["or"]
        lines[-1] += f"    # {word} {{name: {cls.name}, {key}: {json.dumps(value)}}}"
    return "```yaml\n" + "\n".join(lines) + "\n```"


def _option_table(cls, documentation, language):
    rows = []
    for option, default in resampler_options(cls).items():
        meaning = markdown(documentation.arguments[option], cls.name, language)
        rows.append((f"`{option}`", f"`{default!r}`", meaning))
    return markdown_table(WORDS[language]["options"], rows)


def _fact_table(cls, language):
    rows = [
        [escaped(index_words.said(text, language)) for text in fact]
        for fact in facts(cls).items()
    ]
    return markdown_table(WORDS[language]["facts"], rows)


def _cost_text(name, language):
    words = WORDS[language]
    total = cost_at(name)
    if isinstance(total, str):
        reason = escaped(index_words.said(total, language))
        return words["no cost"].format(at=_AT, reason=reason)
    row = (f"{total.parameters:,}", f"{total.macs:,}", f"{total.bytes:,}")
    table = markdown_table(words["costs"], [row])
    return f"{words['cost at'].format(at=_AT)}\n\n{table}"


def _code(cls):
    path = Path(inspect.getsourcefile(cls)).relative_to(_ROOT)
    return path.as_posix()


def _capital(text):
    """A capital at the beginning, unless that is a symbol or a name."""
    word = text.split(" ")[0]
    plain = len(word) > 1 and word.rstrip(",;").isalpha()
    return text[0].upper() + text[1:] if plain else text
