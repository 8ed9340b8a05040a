"""How a method looks in every figure: a colour and, for those who see it not, a shape.

Colours: Okabe and Ito, "Color universal design", 2008.
"""

from typing import NamedTuple

__all__ = ["Look", "look_of"]

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


class Look(NamedTuple):
    """Attributes: colour (hex); symbol and dash of plotly; marker and line of
    matplotlib; character, the shape as text."""

    colour: str
    symbol: str
    marker: str
    character: str
    dash: str
    line: str


def look_of(methods, baseline):
    """Give every method its look, by its place in the study, whatever its rank.

    Args:
        methods: names, in the study's order.
        baseline: one of them.

    Returns:
        dict: name -> Look; the baseline is black and round. The others differ in colour
        and shape up to six, after that in one of the two.
    """
    looks = {}
    others = [name for name in methods if name != baseline]
    for number, name in enumerate(others):
        dash = _DASHES[number // len(_COLOURS) % len(_DASHES)]
        symbol, marker, character = _SHAPES[number % len(_SHAPES)]
        colour = _COLOURS[number % len(_COLOURS)]
        looks[name] = Look(colour, symbol, marker, character, *dash)
    looks[baseline] = Look(_BLACK, "circle", "o", "●", "solid", "-")
    return looks
