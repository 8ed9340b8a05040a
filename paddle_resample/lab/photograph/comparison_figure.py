"""The figure of a comparison: one card per operator, best first."""

import math
from functools import partial

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from ...files import usable_folder, writing
from ...language import translated
from ...language.font import figure_language
from ...sheet import DPI, Sheet, wrap
from .comparison_files import conditions

__all__ = ["draw_comparison", "error_limit", "save_figure"]

# Pixels at 300 dpi; the page is as wide as A4.
PAGE, MARGIN = 2481, 90
PANEL, SEAM = 360, 9
CARD = 2 * PANEL + SEAM
LINE = 32  # between the small lines of a card
COLUMNS = 3
GUTTER = (PAGE - 2 * MARGIN - COLUMNS * CARD) // (COLUMNS - 1)
TALLEST = 560  # of the whole photograph

INK, GREY, ACCENT = "#1a1a1a", "#5c5c5c", "#a34700"
COLOURMAP = "magma"


def save_figure(comparison, folder, photo_name, language="en"):
    """Draw a comparison as compare.png and compare.pdf.

    Args:
        comparison: Comparison with at least one row.
        folder: to write into, made if needed.
        photo_name: what to call the photograph.
        language: of the words, "en" or "zh".

    Returns:
        list of Path.
    """
    folder = usable_folder(folder)
    paths = []
    with figure_language(language) as spoken:
        figure = draw_comparison(comparison, photo_name, spoken)
        for kind, metadata in (("png", {}), ("pdf", {"CreationDate": None})):
            paths.append(folder / f"compare.{kind}")
            with writing(paths[-1], "wb") as file:
                figure.savefig(file, format=kind, dpi=DPI, metadata=metadata)
    return paths


def draw_comparison(comparison, photo_name, language="en"):
    """Draw a comparison.

    Args:
        comparison: Comparison with at least one row.
        photo_name: what to call the photograph.
        language: "en" or "zh".

    Returns:
        matplotlib.figure.Figure, bound to no window on screen.
    """
    photo, window = comparison.photo, comparison.window
    limit = error_limit(comparison)
    sections = _sections(comparison.rows)
    words = conditions(comparison, photo_name)
    words = ("" if language == "zh" else " ").join(
        translated(line, into=language) for line in words
    )
    caption = wrap(words, 6.5, PAGE - 2 * MARGIN)
    width, height = _whole_size(photo)
    # The half-size picture and the colour bar stand in one column.
    head = max(height, PANEL + 70, height // 2 + 170)
    cards = [[_card_lines(row, language) for row in rows] for _, rows in sections]
    rooms = [max(map(len, lines)) for lines in cards]
    bands = sum(_band_height(len(c), room) for c, room in zip(cards, rooms))
    total = 200 + head + bands + 40 * len(caption) + 80
    sheet = Sheet(PAGE, total, language=language)
    title = "One photograph, halved and restored"
    sheet.say(MARGIN, 105, title, 12, color=INK, weight="bold")
    _draw_head(sheet, photo, window, (width, height), 200, head, limit)
    y = 200 + head
    for (title, rows), lines, room in zip(sections, cards, rooms):
        sheet.say(MARGIN, y + 85, title, 8.5, color=INK)
        if rows is sections[0][1]:
            what = "PSNR and SSIM of the whole picture"
            sheet.say(PAGE - MARGIN, y + 85, what, 7, color=GREY, ha="right")
        for i, row in enumerate(rows):
            x, top = _column(i % COLUMNS), y + 120 + i // COLUMNS * _pitch(room)
            _draw_card(sheet, x, top, photo, row, window, limit, lines[i], room)
        y += _band_height(len(rows), room)
    y += 50
    for line in caption:
        sheet.text(MARGIN, y + 25, line, 6.5, color=GREY)
        y += 40
    return sheet.figure


def error_limit(comparison):
    """Error at which the colour scale ends, the same for all cards.

    Args:
        comparison: Comparison with at least one row.

    Returns:
        int: grey levels, a multiple of 10 from 10: no more than 1 % of the pixels of
        the comparable pictures (of all, if none is) lie above.
    """
    rows = [row for row in comparison.rows if not row.reasons] or comparison.rows
    errors = [_error(comparison.photo, row.restored) for row in rows]
    return max(10, math.ceil(np.percentile(errors, 99) / 10) * 10)


def _sections(rows):
    """Titles and rows of what may be compared and what may not."""
    fair = [row for row in rows if not row.reasons]
    unfair = [row for row in rows if row.reasons]
    sections = [
        ("Given the half-size picture and nothing else, best first", fair),
        ("Given something else, as each card says: not comparable", unfair),
    ]
    return [(title, rows) for title, rows in sections if rows]


def _draw_head(sheet, photo, window, size, top, height, limit):
    """The photograph, its detail before and after halving, the colour scale."""
    style = {"color": INK, "size": 7.5}
    sides = f"{photo.shape[1]} × {photo.shape[0]}"
    half = _halved(photo)
    x, y, side = window
    sheet.say(_column(0), top - 20, f"original, {sides}", room=CARD, **style)
    axes = sheet.picture(_column(0), top, *size, photo)
    for colour, line in (("black", 2.2), ("white", 1.1)):
        axes.add_patch(
            Rectangle(
                (x - 0.5, y - 0.5), side, side,
                fill=False, clip_on=False, ec=colour, lw=line,
            )
        )  # fmt: skip
    left = _column(1)
    sheet.say(left, top - 20, "its detail", room=PANEL, **style)
    sheet.picture(left, top, PANEL, PANEL, window.cut(photo))
    words = "each card: this detail restored, and the error"
    sheet.say(left, top + PANEL + 45, words, 7, CARD, color=GREY)
    left += PANEL + SEAM
    sheet.say(left, top - 20, "the same at half size", room=PANEL, **style)
    coarse = half.repeat(2, 0).repeat(2, 1)
    sheet.picture(left, top, PANEL, PANEL, window.cut(coarse))
    left = _column(2)
    sides = f"{half.shape[1]} × {half.shape[0]}"
    sheet.say(left, top - 20, f"half size, {sides}", room=CARD, **style)
    sheet.picture(left, top, size[0] // 2, size[1] // 2, half)
    _draw_scale(sheet, left, top + height - 100, limit)


def _draw_scale(sheet, x, y, limit):
    sheet.say(x, y - 15, "error, mean of R, G, B in grey levels", 7.5, color=INK)
    axes = sheet.picture(x, y, CARD, 30, np.linspace(0, 1, 256)[None], cmap=COLOURMAP)
    for share in (0, 0.5, 1):
        alignment = ("left", "center", "right")[int(2 * share)]
        value = f"{limit * share:g}"
        if share == 1:
            value = f"{value} and more"
        sheet.say(x + share * CARD, y + 65, value, 7, color=INK, ha=alignment)
    return axes


def _card_lines(row, language):
    """What a card says below its name, as (line, colour)."""
    said = partial(translated, into=language)
    weights = f"{row.parameters} weights" if row.parameters else "no weights"
    options = ", ".join(f"{key}={value}" for key, value in row.options.items())
    facts = [weights, *row.remarks]
    facts = " · ".join([options] * bool(options) + [said(fact) for fact in facts])
    reasons = "; ".join(map(said, row.reasons))
    return [
        (line, colour)
        for text, colour in ((reasons, ACCENT), (facts, GREY))
        if text
        for line in wrap(text, 6.5, CARD)
    ]


def _draw_card(sheet, x, y, photo, row, window, limit, lines, room):
    """One operator: name, scores, what it is, its detail and the error of it."""
    finite = math.isfinite(row.psnr)
    scores = f"{row.psnr:.2f} dB   {row.ssim:.3f}" if finite else "∞ dB   1.000"
    used = sheet.text(x + CARD, y + 25, scores, 8, color=INK, ha="right")
    sheet.text(
        x, y + 25, row.name, 8, CARD - used - 25, color=INK, weight="bold"
    )  # fmt: skip
    for i, (line, colour) in enumerate(lines, 1):
        sheet.text(x, y + 25 + LINE * i, line, 6.5, color=colour)
    y += 25 + LINE * room + 15
    sheet.picture(x, y, PANEL, PANEL, window.cut(row.restored))
    sheet.picture(
        x + PANEL + SEAM, y, PANEL, PANEL,
        window.cut(_error(photo, row.restored)),
        cmap=COLOURMAP, norm=Normalize(0, limit),
    )  # fmt: skip


def _pitch(room):
    """Pixels from one line of cards, each with room for so many lines, to the next."""
    return 25 + LINE * room + 15 + PANEL + 36


def _band_height(count, room):
    return 120 + math.ceil(count / COLUMNS) * _pitch(room) - 30


def _error(photo, restored):
    return np.abs(photo.astype(np.int16) - restored).mean(-1)


def _halved(photo):
    height, width = photo.shape[:2]
    cells = photo.reshape(height // 2, 2, width // 2, 2, 3).mean((1, 3))
    return np.rint(cells).astype(np.uint8)


def _whole_size(photo):
    """Pixels on the page for the whole photograph."""
    height, width = photo.shape[:2]
    factor = min(CARD / width, TALLEST / height)
    return round(width * factor), round(height * factor)


def _column(i):
    return MARGIN + i * (CARD + GUTTER)
