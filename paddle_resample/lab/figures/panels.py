"""The panels on an operator's page, each drawn from one measurement."""

import math

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ..measurements.kernel_phases import REACH
from ..measurements.measurement import decibels

__all__ = [
    "GREY",
    "GUTTER",
    "INK",
    "MARGIN",
    "PANEL",
    "PANELS",
    "PITCH",
    "TOP",
    "Panel",
]

MARGIN, PANEL, GUTTER = 60, 440, 80
TOP, PITCH = 210, 630  # of the first row of panels, from row to row
INK, GREY, FAINT = "#1a1a1a", "#5c5c5c", "#c8c8c8"
BLUE, ORANGE = "#1f5fa8", "#d9660c"
LOWEST = -40  # dB that spectra show
_UNITS = {
    "fine px": "px",
    "result px": "px",
    "coarse Nyquist": "Nyquist",
    "mean power": "× mean",
}


class Panel:
    """A square on the page, with a title above and lines below.

    Args:
        sheet: Sheet.
        i: number of the square, four in a row.
        measured: Measured.
        lowered: pixels that a long heading moves it down.
    """

    def __init__(self, sheet, i, measured, lowered=0):
        self.sheet, self.measured = sheet, measured
        self.left = MARGIN + i % 4 * (PANEL + GUTTER)
        self.top = TOP + lowered + i // 4 * PITCH

    def array(self, part, name):
        return self.measured.array(part, name)

    def title(self, words):
        self.sheet.say(self.left, self.top - 16, words, 6.5, PANEL + 50, color=INK)

    def below(self, *lines):
        for i, words in enumerate(lines):
            y = self.top + PANEL + 32 + 28 * i
            self.sheet.say(self.left, y, words, 5.4, PANEL + 50, color=GREY)

    def number(self, name, digits, sign=False):
        """A number with its unit, as a person reads it."""
        value, unit = self.measured.numbers[name]
        if math.isnan(value):
            return "not defined"
        text = f"{value:{'+' if sign else ''}.{digits}f}"
        if float(text) == 0:
            text = text.lstrip("+-")
        text = text.replace("-", "−")
        return f"{text} {_UNITS.get(unit, unit)}".strip()

    def nothing(self, why="it drops a constant"):
        """Say that there is nothing to show."""
        axes = self.sheet.axes(self.left, self.top, PANEL, PANEL)
        axes.set_facecolor("#f2f2f2")
        y = self.top + PANEL // 2 + 8
        middle = self.left + PANEL // 2
        self.sheet.say(
            middle, y, f"not defined: {why}", 5.4, PANEL, ha="center", color=GREY
        )

    def picture(self, values, **colours):
        return self.sheet.picture(self.left, self.top, PANEL, PANEL, values, **colours)

    def plot(self):
        """Axes with ticks, inset so that their labels stay in the column."""
        inset = 48
        axes = self.sheet.axes(self.left + inset, self.top, PANEL - inset, PANEL - 44)
        for side in ("left", "bottom"):
            axes.spines[side].set(visible=True, lw=0.5, color=GREY)
        return axes


def _ticks(axes):
    axes.tick_params(labelsize=5, width=0.4, length=2, pad=1.5, colors=GREY)


def _kernel(panel):
    measured, s = panel.measured, panel.measured.scale
    phases = _cropped(panel)
    words = {
        "up": "what each pixel of a cell reads",
        "down": "what one pixel reads",
        "pair": "what each pixel of a cell becomes",
    }
    panel.title(words[measured.kind])
    limit = max(np.abs(phases).max(), 1e-12)
    count = len(phases)
    seam = 6 if count > 1 else 0
    side = (PANEL - seam * (count - 1)) // count
    own = 1 if measured.kind == "up" else s
    for p, q in np.ndindex(count, count):
        axes = panel.sheet.picture(
            panel.left + q * (side + seam), panel.top + p * (side + seam), side, side,
            phases[p, q], cmap="RdBu", vmin=-limit, vmax=limit,
        )  # fmt: skip
        start = (phases.shape[-1] - own) / 2 - 0.5
        frame = {"fill": False, "ec": ORANGE, "lw": 0.7}
        axes.add_patch(Rectangle((start, start), own, own, **frame))
        for spine in axes.spines.values():
            spine.set(visible=True, lw=0.4, color=FAINT)
    panel.below(
        f"−{limit:.3g} (red) to {limit:.3g} (blue)",
        f"sum {panel.number('kernel_sum', 2)}, {panel.number('negative', 0)} negative",
        f"99 % lies within {panel.number('reach', 2)}",
    )


def _cropped(panel):
    """The phases as far as they reach, and one coarse pixel more."""
    phases = panel.array("kernel", "phases")
    kept = min(math.ceil(panel.measured.numbers["reach"][0]) + 1, REACH)
    cut = (REACH - kept) * (1 if panel.measured.kind == "up" else panel.measured.scale)
    return phases[..., cut : phases.shape[-2] - cut, cut : phases.shape[-1] - cut]


def _spectrum(panel):
    """Power in dB over both frequencies, the coarse band framed."""
    s = panel.measured.scale
    power = panel.array("frequency", "power")
    read = panel.measured.kind == "down"
    panel.title(f"power {'read ' if read else ''}by frequency, dB")
    level = decibels(power / max(power.max(), 1e-300))
    side = len(power)
    panel.picture(level, cmap="magma", vmin=LOWEST, vmax=0)
    axes = panel.sheet.figure.axes[-1]
    half = (side / s) / 2
    middle = side // 2
    frame = {"fill": False, "ec": "white", "lw": 0.8, "ls": (0, (4, 3))}
    axes.add_patch(
        Rectangle((middle - half, middle - half), 2 * half, 2 * half, **frame)
    )
    seen = panel.number("aliasing", 1)
    up = panel.measured.kind == "up"
    panel.below(
        f"−{-LOWEST} (black) to 0 dB; frame: the coarse band",
        f"{'images' if up else 'aliases'}: {seen} of the power",
        f"checkerboard of noise: {panel.number('checkerboard_noise', 2)}",
    )


def _response(panel):
    panel.title("along an axis, dB")
    line, s = panel.array("frequency", "axis"), panel.measured.scale
    at = panel.array("frequency", "frequency")
    axes = panel.plot()
    nyquist = 0.5 / s
    axes.plot([0, nyquist, nyquist], [0, 0, LOWEST], color=FAINT, lw=1.2)
    level = decibels(line / (line[0] if line[0] > 1e-12 else line.max()))
    axes.plot(at, level, "o-", color=BLUE, lw=0.8, ms=1.8, clip_on=True)
    axes.set(xlim=(0, at[-1] * 1.02), ylim=(LOWEST, 6))
    axes.set_xticks([0, nyquist, 0.5] if s > 1 else [0, 0.5])
    axes.set_xticklabels(["0", f"1/{2 * s}", "1/2"] if s > 1 else ["0", "1/2"])
    axes.set_yticks([0, -10, -20, -30, -40])
    _ticks(axes)
    panel.below(
        "cycles a fine pixel; grey: the ideal",
        f"half the power at {panel.number('bandwidth', 2)}",
        f"{panel.number('nyquist_gain', 1, sign=True)} at the coarse Nyquist",
    )


def _edge(panel):
    panel.title("across an edge")
    profile = panel.array("edge", "profile")
    if profile is None:
        return panel.nothing()
    at, s = panel.array("edge", "at"), panel.measured.scale
    axes = panel.plot()
    reach = 4 * s
    axes.plot([-reach, 0, 0, reach], [0, 0, 1, 1], color=FAINT, lw=1.6)
    axes.plot(at, profile, "o-", color=BLUE, lw=0.8, ms=1.8)
    near = profile[np.abs(at) <= reach]
    axes.set_xlim(-reach, reach)
    axes.set_ylim(min(-0.2, near.min() - 0.1), max(1.2, near.max() + 0.1))
    axes.set_xticks([-reach, -reach // 2, 0, reach // 2, reach])
    axes.set_yticks([0, 0.5, 1])
    _ticks(axes)
    return panel.below(
        "fine pixels from the edge; grey: the edge",
        f"10 to 90 % within {panel.number('edge_width', 2)}",
        f"overshoot {panel.number('overshoot', 1)}, "
        f"moved by {panel.number('edge_shift', 2, sign=True)}",
    )


def _checkerboard(panel):
    down = panel.measured.kind == "down"
    panel.title(f"checkerboard on {'the gradient' if down else 'a constant'}")
    cell = panel.array("checkerboard", "phase_means")
    if not np.isfinite(cell).all():
        return panel.nothing()
    limit = max(np.abs(cell - 1).max(), 0.05)
    tiled = np.tile(cell, (4, 4)) if len(cell) < 8 else cell
    panel.picture(tiled, cmap="RdBu", vmin=1 - limit, vmax=1 + limit)
    return panel.below(
        _around_one(limit),
        f"amplitude {panel.number('checkerboard', 1)} of the mean",
    )


def _around_one(limit):
    low = f"{1 - limit:.2f}".replace("-", "−")
    return f"{low} (red) to {1 + limit:.2f} (blue) of the mean"


def _gain_map(panel):
    panel.title("a constant, up to the border")
    gain = panel.array("partition", "gain_map")
    if not np.isfinite(gain).all():
        return panel.nothing()
    limit = max(np.abs(gain - 1).max(), 0.05)
    panel.picture(gain, cmap="RdBu", vmin=1 - limit, vmax=1 + limit)
    return panel.below(
        _around_one(limit),
        f"gain {panel.number('gain', 3)}, "
        f"off 1 by {panel.number('partition_error', 1)}",
        f"border off by {panel.number('border_error', 1)}, "
        f"{panel.number('border_width', 0)} wide",
    )


def _bias(panel):
    panel.title("position bias")
    bias = panel.array("bias", "bias_x")
    if not np.isfinite(bias).any():
        return panel.nothing("not linear in a ramp")
    lines = np.ma.masked_invalid(bias)
    mean = lines[len(bias) // 4 : -len(bias) // 4].mean(0).filled(np.nan)
    pitch = 1 if panel.measured.kind != "down" else panel.measured.scale
    axes = panel.plot()
    axes.axhline(0, color=FAINT, lw=1.2)
    axes.plot((np.arange(len(mean)) + 0.5) * pitch, mean, "o", color=BLUE, ms=1.6)
    limit = max(1.15 * np.nanmax(np.abs(mean)), 0.6)
    axes.set(xlim=(0, len(mean) * pitch), ylim=(-limit, limit))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    _ticks(axes)
    return panel.below(
        "fine pixels to the right, across the map",
        f"mean {panel.number('bias_x', 2, sign=True)}, "
        f"down {panel.number('bias_y', 2, sign=True)}",
        f"jitter {panel.number('jitter', 2)}, "
        f"stretch {panel.number('stretch', 2, sign=True)}",
    )


def _gradient(panel):
    panel.title("gradient that reaches the input")
    gradient = panel.array("gradient", "gradient_map")
    panel.picture(gradient, cmap="viridis", vmin=0, vmax=max(gradient.max(), 1e-12))
    panel.below(
        f"0 (dark) to {gradient.max():.3g} (yellow)",
        f"in a channel uneven by {panel.number('gradient_uneven', 1)}",
        f"{panel.number('gradient_unread', 1)} of the values get none",
    )


PANELS = [
    _kernel,
    _spectrum,
    _response,
    _edge,
    _checkerboard,
    _gain_map,
    _bias,
    _gradient,
]
