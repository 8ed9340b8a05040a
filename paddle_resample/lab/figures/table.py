"""All operators and their numbers on one page, coloured by distance from ideal."""

import math

import numpy as np
from matplotlib import colormaps

from ...files import usable_folder, writing
from ...language import translated
from ...language.font import figure_language
from ...sheet import DPI, Sheet, wrap
from .columns import COLUMNS, PAIR_COLUMNS, shown

__all__ = ["draw_table", "save_table"]

MARGIN, NAME, CELL, LINE = 60, 430, 118, 36  # the names' column is wider for long ones
HEAD, TITLE = 200, 74  # above the first section, and above the lines of each
INK, GREY = "#1a1a1a", "#5c5c5c"
_SECTIONS = {"up": "Upsamplers", "down": "Downsamplers", "pair": "Pairs"}
_CAPTION = (
    "Red: far from ideal (gain 1, bandwidth 1 Nyquist, else 0); grey: neither better "
    "nor worse; –: not defined. Downsamplers: checkerboard of their gradient. "
    "Operators with their initial weights, unless taken from a network; a guide is "
    "the fine map itself. Definitions: docs/lab.md in the repository."
)


def save_table(rows, folder, language="en"):
    """Draw the table as lab.png.

    Args:
        rows: list of Measured, at least one.
        folder: to write into, made if needed.
        language: of the words, "en" or "zh".

    Returns:
        Path.
    """
    path = usable_folder(folder) / "lab.png"
    with figure_language(language) as spoken, writing(path, "wb") as file:
        draw_table(rows, spoken).savefig(file, format="png", dpi=DPI)
    return path


def draw_table(rows, language="en"):
    """Draw the table.

    Args:
        rows: list of Measured, at least one.
        language: "en" or "zh".

    Returns:
        matplotlib.figure.Figure.
    """
    columns = _columns(rows)
    probe = Sheet(8, 8)
    widest = max(probe.text(0, 0, row.label, 5.8) for row in rows)
    left = MARGIN + max(NAME, widest + 20)
    width = left + CELL * len(columns) + MARGIN
    caption = translated(_CAPTION, into=language)
    caption = wrap(caption, 5.5, width - 2 * MARGIN)
    sections = [(k, [r for r in rows if r.kind == k]) for k in _SECTIONS]
    sections = [(kind, members) for kind, members in sections if members]
    lines = sum(TITLE + LINE * len(members) for _, members in sections)
    height = HEAD + lines + 80 + 30 * len(caption)
    sheet = Sheet(width, height, language=language)
    title = "What operators do, without training"
    sheet.say(MARGIN, 78, title, 10, color=INK, weight="bold")
    _draw_head(sheet, left, columns)
    y = HEAD
    for kind, members in sections:
        sheet.say(MARGIN, y + TITLE - 16, _SECTIONS[kind], 6.5, color=INK)
        y += TITLE
        _draw_section(sheet, left, y, members, columns)
        y += LINE * len(members)
    for i, words in enumerate(caption):
        sheet.text(MARGIN, y + 52 + 30 * i, words, 5.5, color=GREY)
    return sheet.figure


def _columns(rows):
    paired = any("psnr" in row.numbers for row in rows)
    return COLUMNS + (PAIR_COLUMNS if paired else [])


def _draw_head(sheet, left, columns):
    for i, column in enumerate(columns):
        middle = left + CELL * i + CELL // 2
        title = [*sheet.said(column.title).split("|"), ""][:2]
        for line, text in enumerate([*title, sheet.said(column.unit)]):
            colour = GREY if line == 2 else INK
            y = 140 + 28 * line
            sheet.text(middle, y, text, 5.5, CELL - 6, ha="center", color=colour)


def _draw_section(sheet, left, top, rows, columns):
    colours = np.array([[_colour(row, column) for column in columns] for row in rows])
    axes = sheet.picture(left, top, CELL * len(columns), LINE * len(rows), colours)
    for i in range(len(columns) + 1):
        axes.axvline(i - 0.5, color="white", lw=1.2)
    for i in range(len(rows) + 1):
        axes.axhline(i - 0.5, color="white", lw=0.6)
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    for j, row in enumerate(rows):
        y = top + LINE * j + LINE - 11
        sheet.text(MARGIN, y, row.label, 5.8, color=INK)
        for i, column in enumerate(columns):
            dark = colours[j, i].mean() < 0.55
            sheet.text(
                left + CELL * i + CELL // 2, y, shown(row.numbers, column), 5.5,
                CELL - 8, ha="center", color="white" if dark else INK,
            )  # fmt: skip


def _colour(row, column):
    """RGB of a cell: white at the ideal, red far from it, grey where none is better."""
    value = row.numbers.get(column.key, (math.nan, ""))[0]
    judged = column.ideal is not None and row.kind in column.coloured
    if not judged or math.isnan(value):
        return (0.955, 0.955, 0.955)
    share = min(abs(value - column.ideal) / column.bad, 1.0)
    return colormaps["Reds"](0.8 * share)[:3]
