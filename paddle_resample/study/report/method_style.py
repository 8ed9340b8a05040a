"""How a method is drawn in every figure: its colour, and its shape beside colour.

Colours: Okabe and Ito, "Color universal design", 2008.
"""

from typing import NamedTuple

__all__ = ["MethodStyle", "method_styles"]

_BLACK = "#000000"  # the baseline's alone
_COLOURS = (
    "#0072B2",  # blue
    "#D55E00",  # vermillion
    "#009E73",  # bluish green
    "#CC79A7",  # reddish purple
    "#E69F00",  # orange
    "#56B4E9",  # sky blue
)
# (plotly, matplotlib, character for text)
_SHAPES = (
    ("square", "s", "■"),
    ("triangle-up", "^", "▲"),
    ("diamond", "D", "◆"),
    ("triangle-down", "v", "▼"),
    ("star", "*", "★"),
    ("pentagon", "p", "⬟"),
    ("cross", "P", "✚"),
    ("x", "X", "✖"),
    ("triangle-right", ">", "▶"),
    ("triangle-left", "<", "◀"),
    ("hexagon", "h", "⬢"),
)
_DASHES = (("solid", "-"), ("dash", "--"), ("dot", ":"), ("dashdot", "-."))


class MethodStyle(NamedTuple):
    """Attributes: colour (hex); symbol and dash of plotly; marker and line of
    matplotlib; character, the shape as text."""

    colour: str
    symbol: str
    marker: str
    character: str
    dash: str
    line: str


def method_styles(methods, baseline):
    """Give every method its style, by its number in the study, whatever its rank.

    Args:
        methods: names, in the study's order.
        baseline: one of them.

    Returns:
        dict: name -> MethodStyle; the baseline is black and round. The others differ in
        colour and shape up to six, after that in one of the two.
    """
    styles = {}
    others = [name for name in methods if name != baseline]
    for number, name in enumerate(others):
        dash = _DASHES[number // len(_COLOURS) % len(_DASHES)]
        symbol, marker, character = _SHAPES[number % len(_SHAPES)]
        colour = _COLOURS[number % len(_COLOURS)]
        styles[name] = MethodStyle(colour, symbol, marker, character, *dash)
    styles[baseline] = MethodStyle(_BLACK, "circle", "o", "●", "solid", "-")
    return styles
