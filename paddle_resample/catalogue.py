"""The registered resamplers as a person reads them: a table, and one in full."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .base import Downsampler, Resampler, Upsampler
from .docstring import Documentation, read_docstring
from .errors import UsageError
from .language import language, translated
from .notes import paragraphs
from .operator_cost import Cost, cost
from .registry import (
    partners,
    resampler_class,
    resampler_names,
    resampler_options,
)

__all__ = [
    "COST_AT",
    "FAMILIES",
    "asks",
    "catalogue",
    "cost_at",
    "describe",
    "facts",
    "family",
    "initialization",
]

COST_AT = (256, (64, 64))  # channels and size at which costs are shown

# Title of every family of upsamplers, then of downsamplers, in reading order.
FAMILIES = {
    "interpolation": "Upsamplers: interpolation, no weights",
    "convolution": "Upsamplers: learned kernels, the same everywhere",
    "dynamic": "Upsamplers: weights or locations predicted from x",
    "guided": "Upsamplers: steered by a guide",
    "fusion": "Upsamplers: steered by a guide whose content is fused in",
    "inverse": "Upsamplers: undo the downsampler that recorded for them",
    "pooling": "Downsamplers: pooling and filters, no weights",
    "learned pooling": "Downsamplers: learned, channel by channel",
    "learned reduction": "Downsamplers: learned, mixing channels",
    "recording": "Downsamplers: record what their upsampler needs",
}


def family(cls: type[Resampler]) -> str:
    """Which family an operator belongs to, from what its class declares.

    Args:
        cls: a registered class.

    Returns:
        str: a key of FAMILIES.

    >>> family(resampler_class("carafe")), family(resampler_class("max_pool"))
    ('dynamic', 'recording')
    """
    if issubclass(cls, Upsampler):
        if cls.needs_side:
            return "inverse"
        if cls.needs_guide:
            return "fusion" if cls.fuses_guide else "guided"
        if not cls.learned:
            return "interpolation"
        # Kernels predicted from x serve every channel and mix none.
        return "dynamic" if cls.keeps_channels else "convolution"
    if issubclass(cls, Downsampler) and cls.gives_side:
        return "recording"
    if not cls.learned:
        return "pooling"
    return "learned pooling" if cls.keeps_channels else "learned reduction"


def asks(cls: type[Resampler]) -> str:
    """What a class asks of its site or does to it, in very few words.

    Args:
        cls: a registered class.

    Returns:
        str: what an upsampler needs; what a downsampler does with odd sizes and gives.

    >>> asks(resampler_class("sapa_i")), asks(resampler_class("max_pool"))
    ('guide of C', 'floor, pool_indices')
    """
    if issubclass(cls, Upsampler):
        if cls.needs_guide:
            return "guide of C" if cls.guide_same_channels else "guide"
        return cls.needs_side or ""
    assert issubclass(cls, Downsampler)
    return ", ".join(filter(None, (cls.odd, cls.gives_side)))


def facts(cls: type[Resampler]) -> dict[str, str]:
    """What a class declares, in words.

    Args:
        cls: a registered class.

    Returns:
        dict of str to str; what does not apply is left out.

    >>> facts(resampler_class("max_unpool"))["needs"]
    'pool_indices, recorded by max_pool'
    """
    declared = {}
    if issubclass(cls, Upsampler):
        declared["needs"] = _needs(cls) or "x alone"
        off = "H*s x W*s; less than s off it is cropped or extended"
        declared["size wanted"] = "any" if cls.any_size else off
    elif issubclass(cls, Downsampler):
        if cls.gives_side:
            declared["gives"] = cls.gives_side
        does = "is dropped" if cls.odd == "floor" else "makes a pixel"
        declared["odd sizes"] = f"{cls.odd}: an incomplete last cell {does}"
    declared["scales"] = _scales(cls)
    declared["learned"] = "yes" if cls.learned else "no"
    declared["channels"] = "kept" if cls.keeps_channels else "C to any D"
    declared["layouts"] = ", ".join(cls.data_formats)
    return declared


def cost_at(name: str) -> Cost | str:
    """Cost of an operator with its defaults at COST_AT.

    Args:
        name: registry name.

    Returns:
        Cost, or the sentence that says why there is none.
    """
    try:
        return cost(name, *COST_AT)
    except UsageError as reason:
        return str(reason)


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
        rows.add_row(translated(key), translated(value))
    rows.add_row(translated("cost"), translated(_cost_line(name)))
    for title, text in (
        ("shape", "\n".join(documentation.shape)),
        ("grid, borders", "\n".join(paragraphs(cls.notes.grid))),
        ("initialization", "\n".join(paragraphs(initialization(cls)))),
        ("cost formula", "\n".join(paragraphs(cls.notes.cost))),
        ("source", documentation.source),
        ("cite", _citation(cls)),
    ):
        rows.add_row(translated(title), Text(translated(text)))
    summary = _in_chinese(name) or documentation.summary
    summary = [summary, *paragraphs(cls.notes.formula)]
    return Group(
        Text(f"{name}  ({translated(family(cls))})", style="bold"),
        Text("\n".join(summary)),
        Text(),
        _option_table(cls, documentation),
        Text(),
        rows,
        Text(),
        Padding(Text(documentation.example), (0, 2)),
    )


def initialization(cls: type[Resampler]) -> str:
    """How an operator is initialized.

    >>> initialization(resampler_class("bilinear"))
    'No weights: training changes nothing.'
    """
    if not cls.learned:
        return "No weights: training changes nothing."
    return cls.notes.initialization


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
        scales = translated(_scales(cls).replace(", ", ","))
        learned, year = "yes" if cls.learned else "", str(cls.year or "")
        cells = [name, translated(asks(cls)), scales, learned, year]
        chinese = _in_chinese(name)
        last = _fitted(chinese) if chinese else _without_year(cls)
        table.add_row(*cells[:shown], last)
    return table


def _in_chinese(name):
    """What an operator does, in a line of Chinese where that is the language."""
    if language() == "en":
        return None
    from .language.descriptions import OPERATORS

    return OPERATORS.get(name)


def _fitted(text):
    """A line of Chinese, broken where Chinese may be, for the last column."""
    from .language.help_texts import wrapped

    return "\n".join(wrapped(text, max(16, Console().width - 4 - sum(_WIDTHS[:3]))))


def _needs(cls):
    needs = []
    if cls.needs_guide:
        same = " of its channels" if cls.guide_same_channels else ""
        needs.append(f"a guide{same}" + ("; fuses it" if cls.fuses_guide else ""))
    if cls.needs_side:
        needs.append(f"{cls.needs_side}, recorded by {' or '.join(partners(cls))}")
    return ", ".join(needs)


def _option_table(cls, documentation: Documentation):
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), expand=True)
    for heading in ("option of a spec", "default"):
        table.add_column(translated(heading))
    table.add_column(translated("meaning"), ratio=1)
    for option, default in resampler_options(cls).items():
        table.add_row(
            option, repr(default), Text(documentation.arguments.get(option, ""))
        )
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


def _scales(cls):
    return "any" if cls.scales is None else ", ".join(str(s) for s in cls.scales)
