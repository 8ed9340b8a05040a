"""The figures of the page, as plotly's JSON: {"data": [...], "layout": {...}}."""

from ..verdict import signed
from .chart_parts import gap, layout_of, safe, scatter, strip, wrapped
from .series import COSTS, pareto

__all__ = ["page_figures"]

_MOST_CLASSES = 40  # of a chart; beyond, those where the methods differ most
_GAIN, _LOSS = "#0072B2", "#D55E00"


def page_figures(numbers, styles, words, margin, repeat=None):
    """Draw everything.

    Args:
        numbers: of `series.figures`.
        styles: method -> method_style.MethodStyle.
        words: the words of a language.
        margin: points within which methods are called equal.
        repeat: points by which the same run twice differs, or None.

    Returns:
        dict: chart name -> {choice -> figure}; a chart without a choice has "".
        Charts that the study has no numbers for are missing.
    """
    draw = _Drawing(styles, words)
    charts = {
        "cost": {key: draw.cost(numbers["costs"], key) for key in COSTS},
        "classes": {
            key: draw.classes(numbers["classes"], key)
            for key in ("iou", "boundary_iou")
        },
        "bands": {"": draw.widths(numbers["bands"], "band", "miou")},
    }
    if numbers["differences"]:
        figure = draw.differences(numbers["differences"], margin, repeat)
        charts["differences"] = {"": figure}
    if numbers["shares"]:
        charts["shares"] = {
            name: draw.shares(numbers["shares"]["names"], name, values)
            for name, values in numbers["shares"]["methods"].items()
        }
    for key in ("miou", "loss"):
        if numbers["curves"][key]:
            charts[f"curve_{key}"] = {"": draw.curve(numbers["curves"][key], key)}
    if numbers["thin"]:
        charts["thin"] = {"": draw.widths(numbers["thin"], "thin", "recall")}
    charts["cost"] = {k: figure for k, figure in charts["cost"].items() if figure}
    return charts


class _Drawing:
    def __init__(self, styles, words):
        self.styles = styles
        self.words = words

    def differences(self, rows, margin, repeat):
        """Difference to the baseline, its intervals, and a small mark for each seed."""
        rows = rows[::-1]  # plotly counts from below
        data = []
        reached = [0.0]
        for y, row in enumerate(rows):
            low, high = row["interval"]
            seeds = {"x": row["seeds"], "y": [y - 0.24] * len(row["seeds"])}
            marker = {"symbol": "line-ns-open", "size": 9, "color": "#666"}
            data.append(
                scatter(seeds, marker, hover=f"%{{x:.2f}} {self.words['seed']}")
            )
            wide = row["simultaneous"] or row["interval"]
            reached += [*row["seeds"], *wide]
            line = {"color": self.styles[row["method"]].colour, "width": 1}
            thin = {"x": wide, "y": [y, y], "mode": "lines", "line": line}
            data.append({"type": "scatter", "showlegend": False, "hoverinfo": "skip",
                         **thin})  # fmt: skip
            error = {
                "type": "data",
                "symmetric": False,
                "array": [high - row["difference"]],
                "arrayminus": [row["difference"] - low],
                "thickness": 4,
                "width": 0,
            }
            point = {"x": [row["difference"]], "y": [y], "error_x": error}
            hover = f"{signed(row['difference'])} [{signed(low)}, {signed(high)}]"
            marker = self._marker(row["method"], 13)
            data.append({**scatter(point, marker, hover), "name": safe(row["method"])})
        layout = layout_of(self.words["axis_difference"], "", 110 + 52 * len(rows))
        layout["xaxis"].update(zeroline=True, zerolinewidth=2, zerolinecolor="#000")
        layout["yaxis"].update(
            tickvals=list(range(len(rows))),
            ticktext=[wrapped(row["method"]) for row in rows],
            range=[-0.6, len(rows) - 0.4],
            showgrid=False,
        )
        layout["showlegend"] = False
        layout["shapes"] = [strip(margin, "rgba(87, 96, 106, 0.10)")]
        if repeat is not None:
            layout["shapes"].append(strip(abs(repeat), "rgba(213, 94, 0, 0.25)"))
            reached += [repeat, -repeat]
        low, high = min(reached), max(reached)
        room = 0.06 * (high - low) or 1.0
        layout["xaxis"]["range"] = [low - room, high + room]
        return {"data": data, "layout": layout}

    def cost(self, rows, key):
        """Score against one cost, with the Pareto front; None where it is unknown."""
        known = [row for row in rows if row[key] is not None]
        if not known:
            return None
        front = pareto(known, key)
        data = []
        if len(front) > 1:  # of one method there is no line
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": [row[key] for row in front],
                    "y": [row["miou"] for row in front],
                    "line": {"color": "#888", "dash": "dot", "width": 2},
                    "name": self.words["pareto"],
                    "hoverinfo": "skip",
                }
            )
        for row in known:
            point = {"x": [row[key]], "y": [row["miou"]]}
            if key in row["spread"]:
                low, high = row["spread"][key]
                point["error_x"] = {
                    "type": "data",
                    "symmetric": False,
                    "array": [max(high - row[key], 0.0)],
                    "arrayminus": [max(row[key] - low, 0.0)],
                    "thickness": 1.5,
                }
            if row["deviation"] is not None:
                error = {"type": "data", "array": [row["deviation"]], "thickness": 1.5}
                point["error_y"] = error
            trace = scatter(
                point, self._marker(row["method"], 14), "%{x:.4g}: %{y:.2f}"
            )
            data.append({**trace, "name": safe(row["method"])})
        title = self.words["cost_axes"][key]
        return {"data": data, "layout": layout_of(title, self.words["axis_miou"], 460)}

    def curve(self, methods, key):
        """Mean over seeds and the band from the lowest to the highest."""
        data = []
        for name, line in methods.items():
            data += self._ranged(name, line["x"], line)
        title = self.words["axis_miou" if key == "miou" else "axis_loss"]
        layout = layout_of(self.words["axis_iteration"], title, 420)
        return {"data": data, "layout": layout}

    def widths(self, scores, kind, score):
        """A score over widths in pixels."""
        data = []
        widths = scores["widths"]
        for name, line in scores["methods"].items():
            data += self._ranged(name, list(range(len(widths))), line, widths)
        layout = layout_of(self.words[f"axis_{kind}"], self.words[f"axis_{score}"], 420)
        layout["xaxis"].update(
            tickvals=list(range(len(widths))), ticktext=[str(w) for w in widths]
        )
        return {"data": data, "layout": layout}

    def classes(self, scores, key):
        """A row a class, a mark a method, its range over seeds as a line."""
        names, methods = scores["names"], scores[key]
        chosen = _most_different(methods, len(names))[::-1]
        data = []
        for number, (name, line) in enumerate(methods.items()):
            shift = 0.5 * ((number + 0.5) / len(methods) - 0.5)
            mean = [line["mean"][c] for c in chosen]
            error = {
                "type": "data",
                "symmetric": False,
                "array": gap([line["high"][c] for c in chosen], mean),
                "arrayminus": gap(mean, [line["low"][c] for c in chosen]),
                "thickness": 1.2,
                "width": 0,
            }
            points = {"x": mean, "y": [i - shift for i in range(len(chosen))]}
            points["text"] = [safe(names[c]) for c in chosen]
            trace = scatter({**points, "error_x": error}, self._marker(name, 9), None)
            trace["hovertemplate"] = f"{safe(name)}<br>%{{text}}: %{{x:.2f}}"
            trace["hovertemplate"] += "<extra></extra>"
            data.append({**trace, "name": safe(name)})
        layout = layout_of(self.words[f"axis_{key}"], "", 170 + 30 * len(chosen))
        layout["yaxis"].update(
            tickvals=list(range(len(chosen))),
            ticktext=[wrapped(names[c]) for c in chosen],
            range=[-0.6, len(chosen) - 0.4],
        )
        return {"data": data, "layout": layout}

    def shares(self, names, method, values):
        """A bar a class; the bars add up to the difference."""
        order = sorted(range(len(names)), key=lambda c: abs(values[c]))[-_MOST_CLASSES:]
        total = sum(values)
        bars = {
            "type": "bar",
            "orientation": "h",
            "x": [values[c] for c in order],
            "y": list(range(len(order))),
            "marker": {"color": [_GAIN if values[c] > 0 else _LOSS for c in order]},
            "hovertemplate": [
                f"{safe(names[c])}: {signed(values[c])}<extra></extra>" for c in order
            ],
            "showlegend": False,
        }
        title = self.words["axis_share"].format(total=signed(total))
        layout = layout_of(title, "", 120 + 26 * len(order))
        layout["xaxis"].update(zeroline=True, zerolinewidth=2, zerolinecolor="#000")
        layout["yaxis"].update(
            tickvals=list(range(len(order))),
            ticktext=[wrapped(names[c]) for c in order],
            range=[-0.6, len(order) - 0.4],
            showgrid=False,
        )
        return {"data": [bars], "layout": layout}

    def _ranged(self, name, x, line, labels=None):
        """Means joined by a line, and at each a stroke from the lowest seed to the
        highest; the methods stand side by side, so that none hides another."""
        kept = [i for i, value in enumerate(line["mean"]) if value is not None]
        labels = labels or x
        gaps = [b - a for a, b in zip(x, x[1:])]
        step = 0.6 * min(gaps, default=1) / max(len(self.styles), 2)
        shift = (list(self.styles).index(name) - (len(self.styles) - 1) / 2) * step
        style = self.styles[name]
        mean = [line["mean"][i] for i in kept]
        error = {
            "type": "data",
            "symmetric": False,
            "array": [line["high"][i] - line["mean"][i] for i in kept],
            "arrayminus": [line["mean"][i] - line["low"][i] for i in kept],
            "thickness": 1.5,
            "width": 0,
            "color": style.colour,
        }
        return [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [x[i] + shift for i in kept],
                "y": mean,
                "text": [str(labels[i]) for i in kept],
                "error_y": error,
                "line": {"color": style.colour, "width": 1, "dash": style.dash},
                "marker": self._marker(name, 9),
                "name": safe(name),
                "hovertemplate": "%{text}: %{y:.4g}",
            }
        ]

    def _marker(self, name, size):
        style = self.styles[name]
        line = {"color": "#fff", "width": 0.8}
        return {
            "symbol": style.symbol,
            "color": style.colour,
            "size": size,
            "line": line,
        }


def _most_different(methods, count):
    """Classes to show, in their order: all, or those whose means differ most."""

    def spread(number):
        means = [m["mean"][number] for m in methods.values()]
        means = [value for value in means if value is not None]
        return max(means) - min(means) if means else -1.0

    chosen = sorted(range(count), key=spread, reverse=True)[:_MOST_CLASSES]
    return sorted(chosen)
