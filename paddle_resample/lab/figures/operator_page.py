"""One page for one operator: kernels, spectra, edge, border, position, gradient."""

import json
import math
from functools import partial

import numpy as np

from ...files import finite, usable_folder, writing
from ...language import translated
from ...language.font import figure_language
from ...sheet import DPI, Sheet, wrap
from .panels import (
    GREY,
    GUTTER,
    INK,
    MARGIN,
    PANEL,
    PANELS,
    PITCH,
    TOP,
    Panel,
)

__all__ = ["draw_measured", "file_stem", "save_measured"]

PAGE = 2 * MARGIN + 4 * PANEL + 3 * GUTTER
_FACTS = {
    "up": "upsampler, scale {}, {} channels, {}",
    "down": "downsampler, scale {}, {} channels, {}",
    "pair": "pair, scale {}, {} channels, {}",
}


def file_stem(label):
    """A label as the name of a file.

    >>> file_stem("haar : haar_inverse"), file_stem("blur_pool filter_size=3")
    ('haar-haar_inverse', 'blur_pool-filter_size=3')
    """
    kept = "".join(c if c.isalnum() or c in "_.=-" else " " for c in label)
    return "-".join(kept.split())


def save_measured(measured, folder, language="en"):
    """Write STEM.png and everything it was drawn from as STEM.json.

    Args:
        measured: Measured.
        folder: to write into, made if needed.
        language: of the page, "en" or "zh"; the JSON is in English.

    Returns:
        Path of the PNG.
    """
    folder = usable_folder(folder)
    path = folder / f"{file_stem(measured.label)}.png"
    with writing(path.with_suffix(".json")) as file:
        json.dump(finite(measured.as_json()), file)
    with figure_language(language) as spoken, writing(path, "wb") as file:
        draw_measured(measured, spoken).savefig(file, format="png", dpi=DPI)
    return path


def draw_measured(measured, language="en"):
    """Draw what was measured of one operator.

    Args:
        measured: Measured.
        language: "en" or "zh".

    Returns:
        matplotlib.figure.Figure.
    """
    rows = 3 if "reconstruction" in measured.parts else 2
    said = partial(translated, into=language)
    label = wrap(measured.label, 10, 1150, weight="bold")
    remarks = "; ".join(map(said, measured.remarks))
    remarks = wrap(remarks, 6, PAGE - 2 * MARGIN) if remarks else []
    # A usual page has a line of each; what is longer moves the panels down.
    top = 50 * (len(label) - 1)
    below = top + 32 * max(len(remarks) - 1, 0)
    sheet = Sheet(PAGE, TOP + below + rows * PITCH - 25, language=language)
    for i, line in enumerate(label):
        sheet.text(MARGIN, 80 + 50 * i, line, 10, color=INK, weight="bold")
    weights = (
        f"{measured.parameters:,} weights" if measured.parameters else "no weights"
    )
    facts = (measured.scale, measured.channels, weights)
    facts = _FACTS[measured.kind].format(*facts)
    sheet.say(PAGE - MARGIN, 80, facts, 6, 800, ha="right", color=GREY)
    for i, line in enumerate(remarks):
        sheet.text(MARGIN, 124 + top + 32 * i, line, 6, color=GREY)
    for i, draw in enumerate(PANELS):
        draw(Panel(sheet, i, measured, below))
    if rows == 3:
        _draw_reconstruction(sheet, measured, below)
    return sheet.figure


def _draw_reconstruction(sheet, measured, lowered):
    """The photograph, what the pair restored, and the error."""
    original = measured.array("reconstruction", "original")
    restored = measured.array("reconstruction", "restored")
    error = np.abs(original.astype(float) - restored).mean(-1)
    side = min(error.shape)
    top, left = ((n - side) // 2 for n in error.shape)
    shown = [("photograph", original, {}), ("restored, fitted", restored, {})]
    shown.append(("error", error, {"cmap": "magma", "vmin": 0, "vmax": 50}))
    for i, (title, picture, colours) in enumerate(shown):
        panel = Panel(sheet, 8 + i, measured, lowered)
        panel.title(title)
        square = picture[top : top + side, left : left + side]
        panel.picture(square, **colours)
    panel = Panel(sheet, 9, measured, lowered)
    weights = int(measured.numbers["fitted_weights"][0])
    finite = math.isfinite(measured.numbers["psnr"][0])
    panel.below(
        f"PSNR {panel.number('psnr', 2) if finite else '∞ dB'}, "
        f"SSIM {panel.number('ssim', 4)}",
        f"{weights} weights, fitted to this photograph",
    )
    panel = Panel(sheet, 10, measured, lowered)
    panel.below("mean of R, G, B: 0 (black) to 50 of 255")
