"""The figures of the page, as plotly's JSON: {"data": [...], "layout": {...}}."""

import html
import textwrap

from .series import COSTS, pareto

__all__ = ["page_figures"]

_MOST_CLASSES = 40  # of a chart; beyond, those where the methods differ most
_GRID = "#e3e6ea"


def page_figures(numbers, looks, words):
    """Draw everything.

    Args:
        numbers: of `series.figures`.
        looks: method -> look.Look.
        words: the words of a language.

    Returns:
        dict: chart name -> {choice -> figure}; a chart without a choice has "".
        Charts that the study has no numbers for are missing.
    """
    draw = _Drawing(looks, words)
    charts = {
        "cost": {key: draw.cost(numbers["costs"], key) for key in COSTS},
        "classes": {
            key: draw.classes(numbers["classes"], key)
            for key in ("iou", "boundary_iou")
        },
        "bands": {"": draw.widths(numbers["bands"], "band", "miou")},
    }
    if numbers["differences"]:
        charts["differences"] = {"": draw.differences(numbers["differences"])}
    for key in ("miou", "loss"):
        if numbers["curves"][key]:
            charts[f"curve_{key}"] = {"": draw.curve(numbers["curves"][key], key)}
    if numbers["thin"]:
        charts["thin"] = {"": draw.widths(numbers["thin"], "thin", "recall")}
    charts["cost"] = {k: figure for k, figure in charts["cost"].items() if figure}
    return charts


class _Drawing:
    def __init__(self, looks, words):
        self.looks = looks
        self.words = words

    def differences(self, rows):
        """Difference to the baseline, its interval, and a small mark for each seed."""
        rows = rows[::-1]  # plotly counts from below
        data = []
        for place, row in enumerate(rows):
            low, high = row["interval"]
            seeds = {"x": row["seeds"], "y": [place - 0.24] * len(row["seeds"])}
            marker = {"symbol": "line-ns-open", "size": 9, "color": "#666"}
            data.append(
                _points(seeds, marker, hover=f"%{{x:+.2f}} {self.words['seed']}")
            )
            error = {
                "type": "data",
                "symmetric": False,
                "array": [high - row["difference"]],
                "arrayminus": [row["difference"] - low],
                "thickness": 2.5,
                "width": 7,
            }
            point = {"x": [row["difference"]], "y": [place], "error_x": error}
            hover = f"%{{x:+.2f}} [{low:+.2f}, {high:+.2f}]"
            marker = self._marker(row["method"], 13)
            data.append({**_points(point, marker, hover), "name": _safe(row["method"])})
        layout = _layout(self.words["axis_difference"], "", 110 + 52 * len(rows))
        layout["xaxis"].update(zeroline=True, zerolinewidth=2, zerolinecolor="#000")
        layout["yaxis"].update(
            tickvals=list(range(len(rows))),
            ticktext=[_wrapped(row["method"]) for row in rows],
            range=[-0.6, len(rows) - 0.4],
            showgrid=False,
        )
        layout["showlegend"] = False
        return {"data": data, "layout": layout}

    def cost(self, rows, key):
        """Score against one cost, with the Pareto front; None where it is unknown."""
        known = [row for row in rows if row[key] is not None]
        if not known:
            return None
        front = pareto(known, key)
        data = [
            {
                "type": "scatter",
                "mode": "lines",
                "x": [row[key] for row in front],
                "y": [row["miou"] for row in front],
                "line": {"color": "#888", "dash": "dot", "width": 2},
                "name": self.words["pareto"],
                "hoverinfo": "skip",
            }
        ]
        for row in known:
            point = {"x": [row[key]], "y": [row["miou"]]}
            if row["deviation"] is not None:
                error = {"type": "data", "array": [row["deviation"]], "thickness": 1.5}
                point["error_y"] = error
            trace = _points(
                point, self._marker(row["method"], 14), "%{x:.4g}: %{y:.2f}"
            )
            data.append({**trace, "name": _safe(row["method"])})
        title = self.words["cost_axes"][key]
        return {"data": data, "layout": _layout(title, self.words["axis_miou"], 460)}

    def curve(self, methods, key):
        """Mean over seeds and the band from the lowest to the highest."""
        data = []
        for name, line in methods.items():
            data += self._banded(name, line["x"], line)
        title = self.words["axis_miou" if key == "miou" else "axis_loss"]
        layout = _layout(self.words["axis_iteration"], title, 420)
        return {"data": data, "layout": layout}

    def widths(self, found, kind, score):
        """A score over widths in pixels."""
        data = []
        for name, line in found["methods"].items():
            data += self._banded(name, found["widths"], line)
        layout = _layout(self.words[f"axis_{kind}"], self.words[f"axis_{score}"], 420)
        layout["xaxis"].update(tickvals=found["widths"])
        return {"data": data, "layout": layout}

    def classes(self, found, key):
        """A row a class, a mark a method, its range over seeds as a line."""
        names, methods = found["names"], found[key]
        chosen = _most_different(methods, len(names))[::-1]
        data = []
        for number, (name, line) in enumerate(methods.items()):
            shift = 0.5 * ((number + 0.5) / len(methods) - 0.5)
            mean = [line["mean"][c] for c in chosen]
            error = {
                "type": "data",
                "symmetric": False,
                "array": _gap([line["high"][c] for c in chosen], mean),
                "arrayminus": _gap(mean, [line["low"][c] for c in chosen]),
                "thickness": 1.2,
                "width": 0,
            }
            points = {"x": mean, "y": [i - shift for i in range(len(chosen))]}
            points["text"] = [_safe(names[c]) for c in chosen]
            trace = _points({**points, "error_x": error}, self._marker(name, 9), None)
            trace["hovertemplate"] = f"{_safe(name)}<br>%{{text}}: %{{x:.2f}}"
            trace["hovertemplate"] += "<extra></extra>"
            data.append({**trace, "name": _safe(name)})
        layout = _layout(self.words[f"axis_{key}"], "", 170 + 30 * len(chosen))
        layout["yaxis"].update(
            tickvals=list(range(len(chosen))),
            ticktext=[_wrapped(names[c]) for c in chosen],
            range=[-0.6, len(chosen) - 0.4],
        )
        return {"data": data, "layout": layout}

    def _banded(self, name, x, line):
        kept = [i for i, value in enumerate(line["mean"]) if value is not None]
        x, mean, low, high = (
            [values[i] for i in kept]
            for values in (x, line["mean"], line["low"], line["high"])
        )
        look = self.looks[name]
        red, green, blue = (int(look.colour[i : i + 2], 16) for i in (1, 3, 5))
        band = {
            "type": "scatter",
            "mode": "lines",
            "x": x + x[::-1],
            "y": high + low[::-1],
            "fill": "toself",
            "fillcolor": f"rgba({red},{green},{blue},0.15)",
            "line": {"width": 0},
            "hoverinfo": "skip",
            "showlegend": False,
            "legendgroup": _safe(name),
        }
        mean_line = {
            "type": "scatter",
            "mode": "lines+markers",
            "x": x,
            "y": mean,
            "line": {"color": look.colour, "width": 2, "dash": look.dash},
            "marker": {
                **self._marker(name, 8),
                "size": self._sizes(name, len(x)),
                "opacity": 1,  # plotly's default for sizes that differ is less
            },
            "name": _safe(name),
            "legendgroup": _safe(name),
            "hovertemplate": "%{x}: %{y:.4g}",
        }
        return [band, mean_line]

    def _sizes(self, name, count):
        """Marks on some ten points of a line, on other ones for every method."""
        step = -(-count // 10)
        first = list(self.looks).index(name) * step // len(self.looks)
        return [8 if i % step == first % step else 0 for i in range(count)]

    def _marker(self, name, size):
        look = self.looks[name]
        line = {"color": "#fff", "width": 0.8}
        return {"symbol": look.symbol, "color": look.colour, "size": size, "line": line}


def _points(values, marker, hover):
    return {
        "type": "scatter",
        "mode": "markers",
        "marker": marker,
        "hovertemplate": hover,
        "showlegend": True,
        **values,
    }


def _layout(x_title, y_title, height):
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


def _most_different(methods, count):
    """Classes to show, in their order: all, or those whose means differ most."""

    def spread(number):
        means = [m["mean"][number] for m in methods.values()]
        means = [value for value in means if value is not None]
        return max(means) - min(means) if means else -1.0

    chosen = sorted(range(count), key=spread, reverse=True)[:_MOST_CLASSES]
    return sorted(chosen)


def _gap(more, less):
    return [None if a is None or b is None else a - b for a, b in zip(more, less)]


def _safe(text):
    """A name as plotly's text, which would read tags and entities."""
    return html.escape(str(text), quote=False)


def _wrapped(text, width=18):
    return "<br>".join(_safe(line) for line in textwrap.wrap(str(text), width))
