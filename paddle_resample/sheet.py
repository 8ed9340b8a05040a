"""A page whose parts are placed in device pixels, counted from the top left."""

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

__all__ = ["DPI", "Sheet", "wrap"]

DPI = 300
_FONT = "DejaVu Sans"  # comes with matplotlib


class Sheet:
    """A figure of exact pixels, so that enlarged picture pixels stay equal squares.

    Args:
        width, height: pixels at dpi.
        dpi: of the figure; points of text are taken at it.

    Attributes:
        figure: the matplotlib Figure, bound to no window.
    """

    def __init__(self, width, height, dpi=DPI):
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / dpi, height / dpi), dpi=dpi)
        self.figure.patch.set_facecolor("white")
        self._renderer = FigureCanvasAgg(self.figure).get_renderer()

    def axes(self, x, y, width, height):
        """Axes that cover these pixels, without ticks."""
        box = (x, self.height - y - height, width, height)
        whole = (self.width, self.height, self.width, self.height)
        axes = self.figure.add_axes([b / w for b, w in zip(box, whole)])
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(False)
        return axes

    def picture(self, x, y, width, height, values, **colours):
        """Show an array in these pixels, each value a block of equal colour."""
        axes = self.axes(x, y, width, height)
        axes.imshow(values, aspect="auto", interpolation="nearest", **colours)
        return axes

    def text(self, x, y, words, size, room=None, **style):
        """Write one line, its baseline at y, smaller where it is wider than room.

        Args:
            x, y: pixels; x is the left end, or the right one with ha="right".
            words: shown as they are, no mathematics.
            size: points.
            room: pixels the line may be wide; below 70 % of the size it is cut short.

        Returns:
            int: the width in pixels.
        """
        line = self.figure.text(
            x / self.width,
            1 - y / self.height,
            _printable(words),
            fontsize=size,
            family=_FONT,
            va="baseline",
            parse_math=False,
            usetex=False,
            **style,
        )
        width = self._extent(line)
        if room is not None and width > room:
            line.set_fontsize(max(size * room / width, 0.7 * size))
            kept = line.get_text()
            while self._extent(line) > room and len(kept) > 4:
                kept = kept[:-1]
                line.set_text(kept.rstrip(" ·,") + "…")
            width = self._extent(line)
        return width

    def _extent(self, line):
        return int(line.get_window_extent(self._renderer).width + 0.5)


def wrap(words, size, room):
    """Break a text into lines of at most `room` pixels at `size` points."""
    probe = Sheet(8, 8)
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and probe.text(0, 0, longer, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _printable(words):
    """The words, with "?" for characters that the font has not."""
    font = get_font(findfont(FontProperties(family=_FONT)))
    return "".join(c if font.get_char_index(ord(c)) else "?" for c in words)
