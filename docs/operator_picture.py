"""The picture on an operator's page, drawn from its OperatorView."""

import io
import json

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from PIL import Image

from operator_view import CHANNELS
from paddle_resample.files import usable_folder, writing
from paddle_resample.sheet import DPI, Sheet

__all__ = [
    "HEIGHT",
    "WIDTH",
    "draw_heading",
    "draw_kernel",
    "draw_operator",
    "draw_panel",
    "save_operator_picture",
    "save_small",
]

WIDTH, HEIGHT = 900, 626
MARGIN, PANEL, GAP, TOP = 12, 288, 6, 88
EDGE_TOP, EDGE_HEIGHT = 468, 124
INK, GREY, FAINT, ORANGE = "#1a1a1a", "#5c5c5c", "#c8c8c8", "#ff9400"
ROWS = ("#1f5fa8", "#c2410c", "#2f7d32", "#7b3fa0")  # of a cell, from the top
COLOURS = 256  # of the palette; k-means keeps those of the kernel true


def save_operator_picture(view, folder, fitted=None):
    """Write NAME.png and the numbers it shows as NAME.json.

    Args:
        view: OperatorView.
        folder: to write into, made if needed.
        fitted: numbers of a Fit, kept beside those of the view.

    Returns:
        Path of the PNG, WIDTH x HEIGHT pixels with a palette.
    """
    path = usable_folder(folder) / f"{view.name}.png"
    numbers = {**view.numbers(), **({"fitted": fitted} if fitted else {})}
    save_small(draw_operator(view), path)
    with writing(path.with_suffix(".json")) as file:
        lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in numbers.items()]
        file.write("{" + ",\n".join(lines) + "}\n")
    return path


def save_small(figure, path):
    """Write a figure as a PNG with a palette."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI)
    image = Image.open(drawn).convert("RGB").quantize(COLOURS, kmeans=2, dither=0)
    with writing(path, "wb") as file:
        image.save(file, format="png", optimize=True)


def draw_operator(view):
    """Draw what an operator does once initialized.

    Args:
        view: OperatorView.

    Returns:
        matplotlib.figure.Figure of WIDTH x HEIGHT pixels at 300 dpi.
    """
    sheet = Sheet(WIDTH, HEIGHT)
    weights = "initialized with seed 0" if view.learned else "no weights"
    draw_heading(sheet, view.name, 400, weights, view.scale)
    _draw_pictures(sheet, view)
    keeps = view.scale**2 if view.up else 1
    draw_kernel(sheet, view, f"; {keeps} keeps a constant")
    _draw_edge(sheet, view)
    return sheet.figure


def draw_heading(sheet, title, room, condition, scale):
    """The title, of so many pixels at most, and on the right what it holds for."""
    sheet.text(MARGIN, 36, title, 7.5, room, color=INK, weight="bold")
    words = f"{condition}; scale {scale}, {CHANNELS} channels"
    sheet.text(WIDTH - MARGIN, 36, words, 4.6, ha="right", color=GREY)


def draw_panel(sheet, i, label, values, below):
    """One picture with its label, and lines of text below it.

    Args:
        sheet: Sheet.
        i: which panel, 0 or 1.
        label: str.
        values: [H, W] or [H, W, 3] in [0, 1].
        below: list of str.
    """
    grey = {"cmap": "gray", "vmin": 0, "vmax": 1} if values.ndim == 2 else {}
    sheet.text(_left(i), TOP - 9, label, 4.4, PANEL, color=INK)
    sheet.picture(_left(i), TOP, PANEL, PANEL, values, **grey)
    for line, text in enumerate(below):
        y = TOP + PANEL + 20 * (1 + line)
        sheet.text(_left(i), y, text, 3.9, PANEL, color=GREY)


def _draw_pictures(sheet, view):
    for i, (word, values) in enumerate(
        (("input", view.input), ("output", view.output))
    ):
        label = f"{word}: {values.shape[1]} × {values.shape[0]}"
        words = ["first channel, contrast stretched"] if view.stretched[i] else []
        words = words if i else [*words, *view.remarks]
        draw_panel(sheet, i, label, values, words)


def draw_kernel(sheet, view, keeps=""):
    """The kernel with the borders of coarse pixels; its own cell is framed.

    Args:
        sheet: Sheet, whose third panel is drawn.
        view: OperatorView or Fit.
        keeps: said behind its sum.
    """
    side = len(view.kernel)
    limit = max(np.abs(view.kernel).max(), 1e-12)
    what = "what one pixel changes" if view.up else "what one pixel depends on"
    sheet.text(_left(2), TOP - 9, what, 4.4, PANEL, color=INK)
    axes = sheet.picture(
        _left(2), TOP, PANEL, PANEL, view.kernel, cmap="RdBu", vmin=-limit, vmax=limit
    )
    for at in np.arange(0, side + 1, view.scale) - 0.5:
        axes.axhline(at, color=FAINT, lw=0.25)
        axes.axvline(at, color=FAINT, lw=0.25)
    axes.add_patch(
        Rectangle(
            (side / 2 - 0.5, side / 2 - 0.5), view.scale, view.scale,
            fill=False, ec=ORANGE, lw=0.7,
        )
    )  # fmt: skip
    axes.set(xlim=(-0.5, side - 0.5), ylim=(side - 0.5, -0.5))
    low, high = view.kernel.min(), view.kernel.max()
    ring = np.concatenate([view.kernel[[0, -1]], view.kernel[:, [0, -1]].T])
    total = f"sum {view.kernel_sum:.2f}{keeps}"
    if np.abs(ring).max() > 0.05 * limit:  # it reaches further than the window
        total = f"sum of the part shown {view.kernel_sum:.2f}"
    y = TOP + PANEL + 20
    for words in (
        f"{_signed(low)} to {_signed(high)}",
        total,
    ):
        sheet.text(_left(2), y, words, 3.9, PANEL, color=GREY)
        y += 20


def _draw_edge(sheet, view):
    """Input as grey stairs, output as dots, both over fine pixels."""
    rows = view.edge_output
    if np.ptp(rows, axis=0).max() < 0.02 * np.ptp(rows):  # no more than a dot is high
        rows = rows[:1]
    label = "across an edge, up to the right border: grey input, colour output"
    if len(rows) > 1:
        label += f" ({len(rows)} rows of a cell)"
    sheet.text(MARGIN, EDGE_TOP - 12, label, 4.4, WIDTH - 2 * MARGIN, color=INK)
    left = 62
    axes = sheet.axes(left, EDGE_TOP, WIDTH - left - 24, EDGE_HEIGHT)
    # Fine pixels in a pixel of the input and of the output.
    coarse, fine = (view.scale, 1) if view.up else (1, view.scale)
    length = len(view.edge_input) * coarse
    stairs = np.arange(len(view.edge_input) + 1) * coarse
    axes.stairs(view.edge_input, stairs, color=FAINT, lw=1.8, baseline=None)
    for row, colour in zip(rows, ROWS):
        at = (np.arange(len(row)) + 0.5) * fine
        axes.plot(at, row, "o-", color=colour, lw=0.5, ms=1.6)
    axes.axhline(0, color=FAINT, lw=0.3, zorder=0)
    axes.set_xlim(0, length)
    axes.margins(y=0.12)
    axes.tick_params(labelsize=3.8, width=0.4, length=2, pad=1.5, colors=GREY)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.set_xticks(np.arange(0, length + 1, 4 * view.scale))
    for side in ("left", "bottom"):
        axes.spines[side].set(visible=True, lw=0.4, color=GREY)


def _signed(value):
    """Two digits and the colour, without rounding noise.

    >>> _signed(-0.0664), _signed(1e-17), _signed(1.0)
    ('-0.066 (red)', '0', '1 (blue)')
    """
    if abs(value) < 1e-6:
        return "0"
    return f"{value:.2g} ({'red' if value < 0 else 'blue'})"


def _left(i):
    return MARGIN + i * (PANEL + GAP)
