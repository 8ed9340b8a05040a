"""The documentation pages of the registered resamplers, as Markdown."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import operator_index_words as index_words

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
    """Write the index in both languages and one page for each registered operator.

    Args:
        folder: Path to write into; pages of operators that do not exist are removed.

    Returns:
        list of names that have a page.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pages = {f"{name}.md": operator_page(name) for name in resampler_names()}
    for language, name in index_words.PAGES.items():
        pages[name] = index_page(language)
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return resampler_names()


def operator_page(name):
    """The page of an operator, from its declarations, notes and docstring.

    Args:
        name: registry name.

    Returns:
        str: Markdown; its picture is images/NAME.png beside it.

    Raises:
        UsageError: unknown name.
    """
    cls = resampler_class(name)
    documentation = read_docstring(cls)
    kind = "upsampler" if issubclass(cls, Upsampler) else "downsampler"
    parts = [
        f"# {name}",
        f"*{kind}, {family(cls)}; {cls.source}*",
        *_texts([documentation.summary, *paragraphs(cls.notes.formula)], name),
        f"![What {name} does before any training](images/{name}.png)",
        "*Left to right: the input, the output, the kernel of one pixel; below, an "
        f"edge. [How to read it](README.md), [numbers](images/{name}.json).*",
        fitted_text(name),
        "## Example",
        f"```python\n{documentation.example}\n```",
        "## In a configuration",
        _yaml(cls, kind),
        _option_table(cls, documentation, name),
        "## Shape",
        *_texts(documentation.shape, name),
        "## Properties",
        _table(("", ""), [(key, _escape(v)) for key, v in facts(cls).items()]),
        "## Grid and borders",
        *_texts(paragraphs(cls.notes.grid), name),
        "## Initialization",
        *_texts(paragraphs(initialization(cls)), name),
        "## Cost",
        _cost_text(name),
        *_texts(paragraphs(cls.notes.cost), name),
        "## Source, and how to cite",
        *_citation(cls, documentation, name),
        f"Code: [{_code(cls)}](../../{_code(cls)})",
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
        summary = read_docstring(cls).summary if language == "en" else OPERATORS[name]
        # In one cell, so that a phone shows the picture without scrolling sideways.
        link = f"[{name} ![](images/{name}.png)]({name}.md)"
        cells = (asks(cls), facts(cls)["scales"], *numbers, cls.source)
        said = [index_words.said(cell, language) for cell in cells]
        rows.append((link, _escape(summary), *said))
    return _table(index_words.columns(language, up), rows)


def _yaml(cls, kind):
    lines = ["model:", "  type: ResampleUNet"]
    if kind == "upsampler" and partners(cls):
        lines.append(f"  downsample: {partners(cls)[0]}")
    lines.append(f"  {kind.replace('sampler', 'sample')}: {cls.name}")
    options = [(k, v) for k, v in resampler_options(cls).items() if k != "scale"]
    if options:
        key, value = options[0]
        lines[-1] += f"    # or {{name: {cls.name}, {key}: {json.dumps(value)}}}"
    return "```yaml\n" + "\n".join(lines) + "\n```"


def _option_table(cls, documentation, name):
    rows = [
        (f"`{option}`", f"`{default!r}`", _text(documentation.arguments[option], name))
        for option, default in resampler_options(cls).items()
    ]
    return _table(("option", "default", "meaning"), rows)


def _cost_text(name):
    total = cost_at(name)
    if isinstance(total, str):
        return f"With its defaults for an input of {_AT}: {_escape(total)}."
    row = (f"{total.parameters:,}", f"{total.macs:,}", f"{total.bytes:,}")
    where = f"With its defaults for an input of {_AT}, batch 1:"
    columns = ("parameters", "multiply-accumulates", "bytes moved at the least")
    return where + "\n\n" + _table(columns, [row])


def _citation(cls, documentation, name):
    full = _texts([documentation.source], name)
    if cls.year is None:
        return ["A textbook operator, which needs no citation.", *full]
    return [f"Cite **{cls.source}**. In full, and where this differs:", *full]


def _code(cls):
    path = Path(inspect.getsourcefile(cls)).relative_to(_ROOT)
    return path.as_posix()


def _table(columns, rows):
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _texts(texts, name):
    return [_text(_capital(text), name) for text in texts]


def _text(paragraph, name):
    """Plain text as Markdown, names of other operators linked to their pages."""
    pages = {n: n for n in resampler_names()}
    pages.update(
        {resampler_class(n).__name__: n for n in resampler_names() if "_" in n}
    )
    # Names that are no common words: with an underscore or a capital.
    telling = "|".join(n for n in pages if "_" in n or n != n.lower())

    def link(match):
        page = pages[match[1]]
        return match[1] if page == name else f"[{match[1]}]({page}.md)"

    parts = []
    for part in re.split(r"(`[^`]+`)", paragraph):
        if not part.startswith("`"):
            linked = rf"(?<![\w.\"])({telling})(?![\w(\"])"
            part = re.sub(linked, link, _escape(part))
        elif part.strip("`") in pages and part.strip("`") != name:
            part = f"[{part}]({pages[part.strip('`')]}.md)"
        parts.append(part)
    return "".join(parts)


def _capital(text):
    """A capital at the beginning, unless that is a symbol or a name."""
    word = text.split(" ")[0]
    plain = len(word) > 1 and word.rstrip(",;").isalpha()
    return text[0].upper() + text[1:] if plain else text


def _escape(text):
    r"""Keep formulas from being read as Markdown.

    >>> print(_escape("k*k <q, k>"))
    k\*k \<q, k>
    """
    return re.sub(r"([*<|~]|\](?=\())", r"\\\1", text)
