"""The ceiling of the study's labels, as the page shows it."""

import numpy as np

from ...ceiling.figure import class_colours
from ...ceiling.measure import BASELINE, LINEAR, reference_stride
from ...ceiling.words import class_losses, row_of
from .chart_parts import layout_of, safe, wrapped
from .embed import embed_labels

__all__ = ["CEILING_SCORES", "ceiling_charts", "ceiling_crop"]

CEILING_SCORES = ("miou", "boundary_miou", "width_recall")
# Okabe and Ito's colours, and a shape for each, as in `ceiling.figure`.
_LOOKS = {
    "nearest": ("#E69F00", "square"),
    BASELINE: ("#0072B2", "circle"),
    "bicubic": ("#009E73", "triangle-up"),
    LINEAR: ("#D55E00", "diamond"),
}
_OTHER = ("#CC79A7", "triangle-down")
_WIDTHS = ("#08306b", "#2171b5", "#6baed6", "#a9cbe6")
_SHAPES = ("circle", "square", "diamond", "triangle-up")
_MOST_CLASSES = 40
_SIDE = 256


def ceiling_charts(result, words):
    """Draw what the labels lose by stride, and by class.

    Args:
        result: dict of `ceiling.measure_ceiling`, or its JSON.
        words: the words of a language.

    Returns:
        dict as of `charts.page_figures`: "ceiling" -> {score -> figure} and
        "ceiling_classes".
    """
    lines = {
        "miou": [*_ways(result, words, "miou"), *_fitted(result, words)],
        "boundary_miou": _ways(result, words, "boundary_miou"),
        "width_recall": _widths(result, words),
    }
    drawn = {key: _chart(result, words, key, lines[key]) for key in CEILING_SCORES}
    return {"ceiling": drawn, "ceiling_classes": {"": _classes(result, words)}}


def ceiling_crop(result):
    """The window of the labels that loses most.

    Returns:
        dict: "stride" (where it does), "name", "y", "x", "label" (data URI) and
        "strides": stride -> {"predicted", "wrong"} (data URIs).
    """
    crop = result["crop"]
    *palette, _ = np.rint(255 * class_colours(result)).astype(int).tolist()
    void = len(palette)
    label = _picture(crop["label"], void)
    first = reference_stride(result["strides"])
    views = {}
    for stride in [s for s in result["strides"] if s >= first][:3]:
        predicted = _picture(crop["predicted"][str(stride)], void)
        wrong = (predicted != label) & (label != void)
        views[stride] = {
            "predicted": embed_labels(predicted, palette, _SIDE),
            "wrong": embed_labels(wrong, [(238, 238, 238), (26, 26, 26)], _SIDE),
        }
    return {
        **{key: crop[key] for key in ("name", "y", "x")},
        "stride": first,
        "label": embed_labels(label, palette, _SIDE),
        "strides": views,
    }


def _ways(result, words, key):
    lines = []
    for way in result["ways"]:
        alike = [way, *(w for w, same in result["same"].items() if same == way)]
        name = " = ".join(words["ceiling_ways"].get(w, w) for w in alike)
        values = [row_of(result, s, way)[key] for s in result["strides"]]
        lines.append(_line(result, name, values, *_LOOKS.get(way, _OTHER)))
    return lines


def _fitted(result, words):
    fitted = result["fitted"]
    if not fitted:
        return []
    values = [row["logits"]["miou"] for row in fitted["rows"]]
    name = words["ceiling_fitted"].format(images=fitted["images"])
    line = _line(result, name, values, _LOOKS[BASELINE][0], "circle-open")
    line["line"]["dash"] = "dash"
    return [line]


def _widths(result, words):
    lines, lower = [], 1
    for i, limit in enumerate(result["width_limits"]):
        if result["width_pixels"][i]:
            name = words["ceiling_width"].format(low=lower, high=limit)
            rows = [row_of(result, s, BASELINE) for s in result["strides"]]
            values = [row["width_recall"][i] for row in rows]
            lines.append(_line(result, name, values, _WIDTHS[i % 4], _SHAPES[i % 4]))
        lower = limit + 1
    return lines


def _line(result, name, values, colour, symbol):
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(result["strides"]))),
        "y": [None if v is None or v != v else 100 * v for v in values],
        "text": [str(s) for s in result["strides"]],
        "line": {"color": colour, "width": 1.5},
        "marker": {"color": colour, "symbol": symbol, "size": 8},
        "name": safe(name),
        "hovertemplate": "%{text}: %{y:.1f}",
    }


def _chart(result, words, key, lines):
    layout = layout_of(words["axis_stride"], words["ceiling_scores"][key], 420)
    strides = result["strides"]
    ticks = list(range(len(strides)))
    layout["xaxis"].update(tickvals=ticks, ticktext=[str(s) for s in strides])
    layout["yaxis"].update(range=[0, 103])
    return {"data": lines, "layout": layout}


def _classes(result, words):
    """A bar a class, in its colour."""
    stride = reference_stride(result["strides"])
    losses = class_losses(result, stride, BASELINE)[:_MOST_CLASSES][::-1]
    colours = dict(zip(result["class_names"], np.rint(255 * class_colours(result))))
    values = [100 * loss for _, loss in losses]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": list(range(len(losses))),
        "text": [f"{value:.1f}" for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {
            "color": [
                f"rgb({','.join(f'{v:.0f}' for v in colours[n])})" for n, _ in losses
            ],
            "line": {"color": "#5c5c5c", "width": 0.5},
        },
        "hovertemplate": [
            f"{safe(n)}: {100 * v:.1f}<extra></extra>" for n, v in losses
        ],
        "showlegend": False,
    }
    layout = layout_of(words["axis_lost"], "", 120 + 26 * len(losses))
    layout["xaxis"]["range"] = [0, 1.15 * max([*values, 1.0])]
    layout["yaxis"].update(
        tickvals=list(range(len(losses))),
        ticktext=[wrapped(name) for name, _ in losses],
        range=[-0.6, len(losses) - 0.4],
        showgrid=False,
    )
    return {"data": [bars], "layout": layout}


def _picture(rows, void):
    labels = np.array([row.split() for row in rows], int)
    return np.where(labels < 0, void, labels)
