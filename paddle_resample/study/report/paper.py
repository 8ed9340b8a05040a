"""Figures and tables for a paper: PDF and PNG, LaTeX and CSV, and their numbers."""

import csv

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...files import write_json, writing, writing_folder
from ...language.font import figure_language
from ..words import WORDS
from .chart_parts import broken
from .paper_table import COLUMNS, latex_table, table_rows
from .series import pareto

__all__ = ["write_paper"]

_WIDTH = 3.4  # inches: a column of most journals
_COSTS = ("parameters", "macs", "latency_ms")  # a figure each
_SIZE = 8  # of letters, points
_CURVES = 2.2  # inches: height of a figure without its legend
_MARK = 0.075  # inches from a method to the next one in the same class
_PAGE = 6.4  # inches: all classes together take no more


def write_paper(content, numbers, language="en"):
    """Write the folder paper/ of a study, anew.

    Args:
        content: content.Content.
        numbers: of `series.figures`.
        language: of the words in the figures, "en" or "zh"; the tables are in English.

    Writes differences, score_COST, curves, bands, thin and classes as .pdf and .png
    (those the study has numbers for), table.tex, table.csv, and figures.json: all the
    numbers that were drawn.
    """
    rows = table_rows(content, numbers)
    with writing_folder(content.study.folder / "paper") as folder:
        with figure_language(language) as spoken:
            for name, figure in _drawn(content, numbers, WORDS[spoken]):
                if figure is not None:
                    _save(figure, folder / name)
        write_json(folder / "figures.json", numbers)
        with writing(folder / "table.csv") as file:
            table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            table.writeheader()
            table.writerows(rows)
        with writing(folder / "table.tex") as file:
            file.write(latex_table(rows, content))


def _drawn(content, numbers, words):
    """Names and figures, None where the study has no numbers for one."""
    styles = content.styles
    yield "curves", _curves(numbers["curves"]["miou"], styles, words)
    yield "bands", _widths(numbers["bands"], styles, words, "band", "miou")
    yield "classes", _classes(numbers["classes"], styles, words)
    if numbers["differences"]:
        yield "differences", _differences(numbers, content, words)
    if numbers["thin"]:
        yield "thin", _widths(numbers["thin"], styles, words, "thin", "recall")
    for key in _COSTS:
        yield f"score_{key}", _cost(numbers["costs"], styles, words, key)


def _differences(numbers, content, words):
    rows = numbers["differences"][::-1]
    figure, axes = _axes(0.7 + 0.3 * len(rows))
    axes.axvline(0, color="black", linewidth=0.8)
    for y, row in enumerate(rows):
        style = content.styles[row["method"]]
        wide = row["simultaneous"] or row["interval"]
        axes.plot(wide, [y, y], color=style.colour, linewidth=0.7)
        axes.plot(row["interval"], [y, y], color=style.colour, linewidth=2.2)
        axes.plot(row["difference"], y, style.marker, color=style.colour)
        low = [y - 0.25] * len(row["seeds"])
        axes.plot(row["seeds"], low, "|", color="0.4", markersize=4)
    axes.set_yticks(range(len(rows)), [_wrap(row["method"]) for row in rows])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    label = words["paper_difference"].format(baseline=content.study.baseline)
    axes.set_xlabel(_wrap(label, width=32))
    return figure


def _cost(rows, styles, words, key):
    known = [row for row in rows if row[key] is not None]
    if not known:
        return None
    figure, axes = _axes(_CURVES)
    front = pareto(known, key)
    if len(front) > 1:
        xs, ys = [row[key] for row in front], [row["miou"] for row in front]
        axes.plot(xs, ys, ":", color="0.5", label=words["pareto"], zorder=0)
    for row in known:
        style = styles[row["method"]]
        axes.errorbar(
            row[key],
            row["miou"],
            yerr=row["deviation"],
            xerr=_sides(row, key),
            fmt=style.marker,
            color=style.colour,
            elinewidth=0.8,
            capsize=2,
            label=_wrap(row["method"]),
        )
    axes.set_xlabel(words["cost_axes"][key])
    axes.set_ylabel(words["axis_miou"])
    _legend(axes)
    return figure


def _sides(row, key):
    """How far the spread of a measured time reaches to both sides, or None."""
    if key not in row["spread"]:
        return None
    low, high = row["spread"][key]
    return [[max(row[key] - low, 0)], [max(high - row[key], 0)]]


def _curves(methods, styles, words):
    if not methods:
        return None
    figure, axes = _axes(_CURVES)
    for number, (name, line) in enumerate(methods.items()):
        _ranged(axes, styles[name], name, line["x"], line, number, len(methods))
    axes.set_xlabel(words["axis_iteration"])
    axes.set_ylabel(words["paper_curve"])
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    _legend(axes)
    return figure


def _widths(scores, styles, words, kind, score):
    figure, axes = _axes(_CURVES)
    xs = list(range(len(scores["widths"])))
    for number, (name, line) in enumerate(scores["methods"].items()):
        _ranged(axes, styles[name], name, xs, line, number, len(scores["methods"]))
    axes.set_xticks(xs, [str(width) for width in scores["widths"]])
    axes.set_xlabel(words[f"axis_{kind}"])
    axes.set_ylabel(words[f"axis_{score}"])
    _legend(axes)
    return figure


def _classes(scores, styles, words):
    names = scores["names"]
    count = len(scores["iou"])
    row = max(0.24, min(_MARK * (count + 1), _PAGE / len(names)))
    figure, axes = _axes(0.6 + row * len(names))
    for number, (name, line) in enumerate(scores["iou"].items()):
        style, shift = styles[name], (number - (count - 1) / 2) / (count + 1)
        ys = [i + shift for i in range(len(names))]
        values = [float("nan") if v is None else v for v in line["mean"]]
        options = {"color": style.colour, "markersize": 4, "linestyle": "none"}
        axes.plot(values, ys, marker=style.marker, label=_wrap(name), **options)
    axes.grid(False, axis="y")
    for i in range(0, len(names), 2):  # stripes tell which class a mark is of
        axes.axhspan(i - 0.5, i + 0.5, color="0.95", zorder=0)
    axes.set_yticks(range(len(names)), [_wrap(name) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel(words["axis_iou"])
    _legend(axes)
    return figure


def _ranged(axes, style, name, x, line, number, count):
    """Means and strokes from the lowest seed to the highest, methods side by side."""
    gaps = [b - a for a, b in zip(x, x[1:])]
    shift = 0.6 * min(gaps, default=1) * (number - (count - 1) / 2) / max(count, 2)
    kept = [i for i, value in enumerate(line["mean"]) if value is not None]
    xs, mean = [x[i] + shift for i in kept], [line["mean"][i] for i in kept]
    sides = [
        [line["mean"][i] - line["low"][i] for i in kept],
        [line["high"][i] - line["mean"][i] for i in kept],
    ]
    axes.errorbar(
        xs,
        mean,
        yerr=sides,
        color=style.colour,
        marker=style.marker,
        markersize=3.5,
        linewidth=0.7,
        elinewidth=0.9,
        linestyle=style.line,
        label=_wrap(name),
    )


def _axes(height):
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.grid(color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=_SIZE)
    axes.xaxis.label.set_size(_SIZE)
    axes.yaxis.label.set_size(_SIZE)
    return figure, axes


def _legend(axes):
    """Above the axes, where it hides nothing; the figure grows by its height."""
    figure = axes.figure
    for columns in (2, 1):
        legend = figure.legend(
            *axes.get_legend_handles_labels(),
            loc="outside upper left",
            ncols=columns,
            fontsize=_SIZE - 1,
            frameon=False,
            handletextpad=0.4,
            columnspacing=1.0,
        )
        size = legend.get_window_extent().size / figure.dpi
        if columns == 1 or size[0] <= _WIDTH:
            break
        legend.remove()
    figure.set_figheight(figure.get_figheight() + size[1])


def _plain(text):
    """No mathematics, which matplotlib would set between dollars."""
    return str(text).replace("$", r"\$")


def _wrap(text, width=24):
    return "\n".join(broken(_plain(text), width))


def _save(figure, path):
    """Both formats, without dates: equal numbers give equal files."""
    about = {"pdf": {"CreationDate": None}, "png": {"Software": None}}
    for kind, metadata in about.items():
        # Type 42: letters stay letters, as journals ask.
        with writing(path.with_suffix(f".{kind}"), "wb") as file:
            with rc_context({"pdf.fonttype": 42}):
                figure.savefig(file, format=kind, dpi=300, metadata=metadata)
