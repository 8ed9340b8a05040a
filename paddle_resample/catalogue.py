"""The registered resamplers as a person reads them: a table, and one in full."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .base import Downsampler, Upsampler
from .docstring import Documentation, read_docstring
from .language import language, translated
from .language.operator_texts import operator_text
from .language.prose import Prose
from .notes import paragraphs
from .operator_facts import (
    COST_AT,
    FAMILIES,
    asks,
    cost_at,
    facts,
    family,
    initialization,
    scales,
)
from .registry import (
    resampler_class,
    resampler_names,
    resampler_options,
)

__all__ = ["catalogue", "describe"]


def catalogue() -> RenderableType:
    """All resamplers.

    Returns:
        rich renderable: one table for each family, columns aligned.
    """
    parts = []
    for kind in (Upsampler, Downsampler):
        header = True
        for key, title in FAMILIES.items():
            members = [
                name
                for name in resampler_names(kind)
                if family(resampler_class(name)) == key
            ]
            if members:
                parts += [_family_table(title, members, header), Text()]
                header = False
    return Group(*parts)


def describe(name: str) -> RenderableType:
    """One resampler in full.

    Args:
        name: registry name.

    Returns:
        rich renderable: formula, options with defaults and meaning, what it declares,
        shapes, border rule, initialization, cost, source; lines as wide as the
        terminal.

    Raises:
        UsageError: unknown name.
    """
    cls = resampler_class(name)
    documentation = read_docstring(cls)
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="bold")
    rows.add_column(ratio=1)
    for key, value in facts(cls).items():
        rows.add_row(translated(key), Prose(translated(value)))
    rows.add_row(translated("cost"), Prose(translated(_cost_line(name))))
    for title, texts in (
        ("shape", documentation.shape),
        ("grid, borders", paragraphs(cls.notes.grid)),
        ("initialization", paragraphs(initialization(cls))),
        ("cost formula", paragraphs(cls.notes.cost)),
        ("source", [documentation.source]),
    ):
        rows.add_row(translated(title), Prose(*map(operator_text, texts)))
    rows.add_row(translated("cite"), Prose(translated(_citation(cls))))
    formula = map(operator_text, paragraphs(cls.notes.formula))
    summary = _in_chinese(name) or documentation.summary
    return Group(
        Text(f"{name}  ({translated(family(cls))})", style="bold"),
        Prose(summary, *formula),
        Text(),
        _option_table(cls, documentation),
        Text(),
        rows,
        Text(),
        Padding(Text(documentation.example), (0, 2)),
    )


_WIDTHS = (28, 12, 8, 7, 4)


def _family_table(title, members, header):
    """One family; the widths are the same for all, so that columns stand in line."""
    table = Table(
        title=translated(title),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=0,
        show_edge=False,
        show_header=header,
        expand=True,
    )
    first = resampler_class(members[0])
    asked = "needs" if issubclass(first, Upsampler) else "odd, gives"
    headings = ("name", asked, "scales", "learned", "year")
    # Where a line says what the operator does, it takes their place.
    shown = 5 if language() == "en" else 3
    for heading, width in list(zip(headings, _WIDTHS))[:shown]:
        table.add_column(translated(heading), min_width=width, max_width=width)
    last = "source" if language() == "en" else "meaning"
    table.add_column(translated(last), ratio=1)
    for name in members:
        cls = resampler_class(name)
        sides = translated(scales(cls).replace(", ", ","))
        learned, year = "yes" if cls.learned else "", str(cls.year or "")
        cells = [name, translated(asks(cls)), sides, learned, year]
        chinese = _in_chinese(name)
        last = Prose(chinese) if chinese else _without_year(cls)
        table.add_row(*cells[:shown], last)
    return table


def _in_chinese(name):
    """What an operator does, in a line of Chinese where that is the language."""
    if language() == "en":
        return None
    from .language.descriptions import OPERATORS

    return OPERATORS.get(name)


def _option_table(cls, documentation: Documentation):
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), expand=True)
    for heading in ("option of a spec", "default"):
        table.add_column(translated(heading))
    table.add_column(translated("meaning"), ratio=1)
    for option, default in resampler_options(cls).items():
        meaning = operator_text(documentation.arguments.get(option, ""))
        table.add_row(option, repr(default), Prose(meaning))
    return table


def _cost_line(name):
    channels, size = COST_AT
    total = cost_at(name)
    if not isinstance(total, str):
        total = (
            f"{total.parameters:,} parameters, {total.macs:,} multiply-accumulates, "
            f"{total.bytes:,} bytes moved at the least"
        )
    return f"at {channels}x{size[0]}x{size[1]}, its usual scale: {total}"


def _citation(cls):
    if cls.year is None:
        return "textbook; needs no citation"
    return f"{cls.source} (in full under source)"


def _without_year(cls):
    return cls.source.replace(str(cls.year), "").rstrip(" ,")
