"""What all charts of the page share, as plotly takes it."""

import html
import textwrap

__all__ = ["broken", "gap", "layout_of", "safe", "scatter", "strip", "wrapped"]

_GRID = "#e3e6ea"


def layout_of(x_title, y_title, height):
    """The layout of a chart: titles of its axes, and its height in pixels."""
    axis = {"gridcolor": _GRID, "zeroline": False, "automargin": True}
    return {
        "height": height,
        "margin": {"l": 8, "r": 14, "t": 10, "b": 8},
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "font": {"size": 14, "color": "#1b1f24"},
        "hovermode": "closest",
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "xaxis": {**axis, "title": {"text": x_title}, "showline": True},
        "yaxis": {**axis, "title": {"text": y_title}, "showline": True},
    }


def safe(text):
    """A name as plotly's text, which would read tags and entities."""
    return html.escape(str(text), quote=False)


def wrapped(text, width=18):
    """A name in lines, as plotly's text."""
    return "<br>".join(safe(line) for line in broken(text, width))


def broken(text, width):
    """Lines of at most `width` characters, broken after blanks and underscores."""
    marked = str(text).replace("_", "_-")  # textwrap breaks after hyphens
    return [line.replace("_-", "_") for line in textwrap.wrap(marked, width)]


def scatter(values, marker, hover):
    """A trace of marks without lines."""
    return {
        "type": "scatter",
        "mode": "markers",
        "marker": marker,
        "hovertemplate": hover,
        "showlegend": True,
        **values,
    }


def strip(reach, colour):
    """A vertical strip around zero."""
    return {
        "type": "rect",
        "layer": "below",
        "xref": "x",
        "yref": "paper",
        "x0": -reach,
        "x1": reach,
        "y0": 0,
        "y1": 1,
        "fillcolor": colour,
        "line": {"width": 0},
    }


def gap(more, less):
    """Differences of two lists, None where one of the values is."""
    return [None if a is None or b is None else a - b for a, b in zip(more, less)]
