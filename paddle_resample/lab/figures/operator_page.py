"""One page for one operator: kernels, spectra, edge, border, position, gradient."""

import json
import math

import numpy as np

from ...files import finite, usable_folder, writing
from ...sheet import DPI, Sheet
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
_KINDS = {"up": "upsampler", "down": "downsampler", "pair": "pair"}


def file_stem(label):
    """A label as the name of a file.

    >>> file_stem("haar : haar_inverse"), file_stem("blur_pool filter_size=3")
    ('haar-haar_inverse', 'blur_pool-filter_size=3')
    """
    kept = "".join(c if c.isalnum() or c in "_.=-" else " " for c in label)
    return "-".join(kept.split())


def save_measured(measured, folder):
    """Write STEM.png and everything it was drawn from as STEM.json.

    Args:
        measured: Measured.
        folder: to write into, made if needed.

    Returns:
        Path of the PNG.
    """
    folder = usable_folder(folder)
    path = folder / f"{file_stem(measured.label)}.png"
    with writing(path.with_suffix(".json")) as file:
        json.dump(finite(measured.as_json()), file)
    with writing(path, "wb") as file:
        draw_measured(measured).savefig(file, format="png", dpi=DPI)
    return path


def draw_measured(measured):
    """Draw what was measured of one operator.

    Args:
        measured: Measured.

    Returns:
        matplotlib.figure.Figure.
    """
    rows = 3 if "reconstruction" in measured.parts else 2
    sheet = Sheet(PAGE, TOP + rows * PITCH - 25)
    sheet.text(MARGIN, 80, measured.label, 10, 1150, color=INK, weight="bold")
    weights = (
        f"{measured.parameters:,} weights" if measured.parameters else "no weights"
    )
    facts = f"{_KINDS[measured.kind]}, scale {measured.scale}, "
    facts += f"{measured.channels} channels, {weights}"
    sheet.text(PAGE - MARGIN, 80, facts, 6, 800, ha="right", color=GREY)
    if measured.remarks:
        words = "; ".join(measured.remarks)
        sheet.text(MARGIN, 124, words, 6, PAGE - 2 * MARGIN, color=GREY)
    for i, draw in enumerate(PANELS):
        draw(Panel(sheet, i, measured))
    if rows == 3:
        _draw_reconstruction(sheet, measured)
    return sheet.figure


def _draw_reconstruction(sheet, measured):
    """The photograph, what the pair restored, and the error."""
    original = measured.array("reconstruction", "original")
    restored = measured.array("reconstruction", "restored")
    error = np.abs(original.astype(float) - restored).mean(-1)
    side = min(error.shape)
    top, left = ((n - side) // 2 for n in error.shape)
    shown = [("photograph", original, {}), ("restored, fitted", restored, {})]
    shown.append(("error", error, {"cmap": "magma", "vmin": 0, "vmax": 50}))
    for i, (title, picture, colours) in enumerate(shown):
        panel = Panel(sheet, 8 + i, measured)
        panel.title(title)
        square = picture[top : top + side, left : left + side]
        panel.picture(square, **colours)
    panel = Panel(sheet, 9, measured)
    weights = int(measured.numbers["fitted_weights"][0])
    finite = math.isfinite(measured.numbers["psnr"][0])
    panel.below(
        f"PSNR {panel.number('psnr', 2) if finite else '∞ dB'}, "
        f"SSIM {panel.number('ssim', 4)}",
        f"{weights} weights, fitted to this photograph",
    )
    Panel(sheet, 10, measured).below("mean of R, G, B: 0 (black) to 50 of 255")
