"""A page whose parts are placed in device pixels, counted from the top left."""

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

from .language import translated
from .language.font import chinese_font
from .language.prose import wrapped

__all__ = ["DPI", "Sheet", "wrap"]

DPI = 300
_FONT = "DejaVu Sans"  # comes with matplotlib


class Sheet:
    """A figure of exact pixels, so that enlarged picture pixels stay equal squares.

    Args:
        width, height: pixels at dpi.
        dpi: of the figure; points of text are taken at it.
        language: of what `say` writes, "en" or "zh".

    Attributes:
        figure: the matplotlib Figure, bound to no window.
    """

    def __init__(self, width, height, dpi=DPI, language="en"):
        self.width, self.height = width, height
        self.language = language
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
            room: pixels the line may be wide; below 70 % of the size it is cut short,
                with "…" at its end. `wrap` gives lines that are whole.

        Returns:
            int: the width in pixels.
        """
        line = self.figure.text(
            x / self.width,
            1 - y / self.height,
            _printable(words),
            fontsize=size,
            family=_families(words),
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

    def say(self, x, y, words, size, room=None, **style):
        """`text` in the sheet's language; words are a message of the catalogue."""
        return self.text(x, y, self.said(words), size, room, **style)

    def said(self, words):
        """A message in the sheet's language."""
        return translated(words, into=self.language)

    def _extent(self, line):
        return int(line.get_window_extent(self._renderer).width + 0.5)


def wrap(words, size, room, **style):
    """Break a text into lines.

    Args:
        words: of any language.
        size: points.
        room: pixels that a line may be wide, at 300 dpi.
        style: weight and the like, as `Sheet.text` takes it.

    Returns:
        list of str. A word wider than a line is broken.
    """
    probe = Sheet(8, 8)
    return wrapped(words, room, lambda line: probe.text(0, 0, line, size, **style))


def _families(words):
    """The font, and one with Chinese characters where the words need it."""
    found = chinese_font() if any(c > "\u2e7f" for c in words) else None
    return [_FONT, found] if found else [_FONT]


def _printable(words):
    """The words, with "?" for characters that no font has."""
    fonts = [get_font(findfont(FontProperties(family=f))) for f in _families(words)]
    return "".join(
        c if any(font.get_char_index(ord(c)) for font in fonts) else "?" for c in words
    )
