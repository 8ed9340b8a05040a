"""The ceiling as one figure, drawn from the numbers that ceiling.json holds."""

from functools import partial

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..files import writing
from ..language import translated
from ..language.font import figure_language
from ..sheet import DPI, wrap
from .measure import BASELINE, LINEAR, reference_stride
from .words import ceiling_sentences, class_losses, row_of

__all__ = ["class_colours", "draw_ceiling", "save_ceiling_figure"]

_INK, _GREY, _FAINT = "#1a1a1a", "#5c5c5c", "#d9d9d9"
# Okabe and Ito's colours, and a shape for each.
_LOOKS = {
    "nearest": ("#E69F00", "s"),
    "bilinear": ("#0072B2", "o"),
    "bicubic": ("#009E73", "^"),
    LINEAR: ("#D55E00", "D"),
}
_OTHERS = (("#CC79A7", "v"), ("#56B4E9", "P"), (_GREY, "X"))
_WIDTHS = ("#08306b", "#2171b5", "#6baed6", "#9ecae1")
_MOST_CLASSES = 20
_PAGE = 12  # inches: width of the figure


def save_ceiling_figure(result, folder, language="en"):
    """Draw ceiling.png and ceiling.pdf.

    Args:
        result: dict of `measure_ceiling`.
        folder: Path to write into.
        language: of the words, "en" or "zh".

    Returns:
        list of Path.
    """
    paths = []
    with figure_language(language) as spoken:
        figure = draw_ceiling(result, spoken)
        for kind, metadata in (("png", {}), ("pdf", {"CreationDate": None})):
            paths.append(folder / f"ceiling.{kind}")
            with writing(paths[-1], "wb") as file:
                figure.savefig(file, format=kind, dpi=160, metadata=metadata)
    return paths


def draw_ceiling(result, language="en"):
    """Draw what is lost by stride, by class, and where.

    Args:
        result: dict of `measure_ceiling`, or its JSON.
        language: "en" or "zh".

    Returns:
        matplotlib.figure.Figure, bound to no window.
    """
    said = partial(translated, into=language)
    losses = class_losses(result, reference_stride(result["strides"]), BASELINE)
    bars = min(len(losses), _MOST_CLASSES)
    text = [
        (line, "bold" if first else "normal")
        for first, sentence in zip((1, 0, 0, 0), ceiling_sentences(result, language))
        for line in wrap(
            sentence, 10.5, 0.93 * _PAGE * DPI, weight="bold" if first else "normal"
        )
    ]
    names = [_wrapped(name, 8.5, 0.095) for name, _ in losses[:bars]]
    lower = max(4.1, 0.22 * sum(map(len, names)) + 0.9)
    caption = 0.24 * len(text) + 0.25
    height = caption + 3.65 + lower
    figure = Figure(figsize=(_PAGE, height), facecolor="white")
    FigureCanvasAgg(figure)
    for i, (line, weight) in enumerate(text):
        y = 1 - (0.32 + 0.24 * i) / height
        figure.text(0.02, y, line, size=10.5, color=_INK, weight=weight)
    top = 1 - (caption + 0.35) / height
    grid = {"left": 0.055, "right": 0.985, "top": top, "bottom": top - 2.75 / height}
    curves = figure.add_gridspec(1, 3, wspace=0.2, **grid).subplots()
    _curve(curves[0], result, "miou", said("mIoU, %"), said)
    _fitted(curves[0], result, said)
    title = said("boundary IoU, mean of classes, %")
    _curve(curves[1], result, "boundary_miou", title, said)
    _thin(curves[2], result, said)
    curves[0].legend(fontsize=8, frameon=False, loc="lower left")
    box = (0.5 / height, (lower - 0.35) / height)
    _bars(figure, losses[:bars], names, len(losses), result, box, said)
    _pictures(figure, result, box, said)
    return figure


def _curve(axes, result, key, title, said):
    others = iter(_OTHERS)
    for way in result["ways"]:
        colour, marker = _LOOKS.get(way) or next(others, _OTHERS[-1])
        alike = [w for w, same in result["same"].items() if same == way]
        values = [100 * row_of(result, s, way)[key] for s in result["strides"]]
        axes.plot(
            result["strides"], values, color=colour, marker=marker, ms=4.5, lw=1.5,
            label=" = ".join([way, *alike]),
        )  # fmt: skip
    _frame(axes, result, title, said)


def _fitted(axes, result, said):
    fitted = result["fitted"]
    if fitted:
        values = [100 * row["logits"]["miou"] for row in fitted["rows"]]
        axes.plot(
            result["strides"], values, color=_LOOKS[BASELINE][0], ls="--", lw=1.2,
            marker="o", mfc="white", ms=4.5,
            label=said(f"{BASELINE}, fitted logits ({fitted['images']} images)"),
        )  # fmt: skip


def _thin(axes, result, said):
    lower, drawn = 1, []
    for i, limit in enumerate(result["width_limits"]):
        values = [
            row_of(result, s, BASELINE)["width_recall"][i] for s in result["strides"]
        ]
        if result["width_pixels"][i]:
            values = [100 * v for v in values]
            drawn.append(values)
            span = said(f"{lower} to {limit} px")
            axes.plot(
                result["strides"], values, color=_WIDTHS[i % len(_WIDTHS)],
                marker="o", ms=4.5, lw=1.5, label=span,
            )  # fmt: skip
        lower = limit + 1
    title = said(f"recall of thin structures by width, {BASELINE}, %")
    _frame(axes, result, title, said)
    if not drawn:
        return
    # Two short rows below the curves; where these come down, all rows at their end.
    below = min(map(min, drawn)) > 14
    axes.legend(
        fontsize=8, frameon=False, ncols=2 if below else 1,
        loc="lower left" if below else "upper right",
    )  # fmt: skip


def _frame(axes, result, title, said):
    axes.set_title(title, fontsize=10, loc="left", color=_INK)
    axes.set_xscale("log", base=2)
    axes.set_xticks(result["strides"], [str(s) for s in result["strides"]])
    axes.minorticks_off()
    axes.set_ylim(0, 103)
    axes.set_xlabel(said("stride"), fontsize=9, color=_GREY)
    axes.axvline(reference_stride(result["strides"]), color="#efefef", lw=7, zorder=0)
    _plain(axes)


def _plain(axes):
    axes.tick_params(labelsize=8.5, colors=_INK, length=3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_GREY)
    axes.grid(axis="y", color="#ececec", lw=0.7)
    axes.set_axisbelow(True)


def _bars(figure, losses, names, classes, result, box, said):
    """Losses of the classes, in the colours that the pictures beside have."""
    stride = reference_stride(result["strides"])
    axes = figure.add_axes([0.11, box[0], 0.2, box[1] - box[0]])
    table = class_colours(result)
    colours = [table[result["class_names"].index(name)] for name, _ in losses]
    values = [value for _, value in losses]
    lines = np.array([len(name) for name in names])
    ends = lines.cumsum()
    ys = ends - lines / 2  # a bar in the middle of its name's lines
    axes.barh(
        ys, [100 * v for v in values], color=colours, height=0.7, ec=_GREY, lw=0.5
    )  # fmt: skip
    widest = max(100 * max(values), 1)
    for y, value in zip(ys, values):
        axes.text(
            100 * value + widest / 50, y, f"{100 * value:.1f}",
            va="center", fontsize=8, color=_INK,
        )  # fmt: skip
    axes.set_yticks(ys, ["\n".join(name) for name in names])
    axes.set_ylim(ends[-1] + 0.1, -0.1)
    axes.set_xlim(0, widest * 1.15)
    title = f"points of IoU lost at stride {stride}, {BASELINE}"
    if classes > len(losses):
        shown = len(losses)
        title = f"points of IoU lost at stride {stride}, {shown} of {classes} classes"
    axes.set_title(said(title), fontsize=10, loc="left", color=_INK, x=-0.5)
    _plain(axes)
    axes.grid(visible=False)
    axes.tick_params(axis="y", length=0)


def _pictures(figure, result, box, said):
    """The window that loses most: the label, what each stride makes of it, errors."""
    crop = result["crop"]
    label = _picture(crop["label"])
    strides = [s for s in result["strides"] if s >= reference_stride(result["strides"])]
    strides = strides[:3]
    colours = class_colours(result)
    columns = len(strides) + 1
    grid = figure.add_gridspec(
        2, columns, left=0.365, right=0.985, top=box[1], bottom=box[0] - 0.02,
        wspace=0.03, hspace=0.03,
    )  # fmt: skip
    axes = grid.subplots(squeeze=False)
    _show(
        axes[0, 0],
        colours[label],
        said("label, void grey" if result["void_share"] else "label"),
    )
    side = f"{label.shape[1]}x{label.shape[0]}"
    first = reference_stride(result["strides"])
    told = [
        said(f"the {side} px that lose most at stride {first}:"),
        crop["name"].split("/")[-1],
        said(f"at row {crop['y']}, column {crop['x']}"),
        "",
        said("below each prediction: its wrong pixels"),
    ]
    share = 0.55 / columns
    told = [line for words in told for line in _wrapped(words, 8.5, share)]
    axes[1, 0].axis("off")
    axes[1, 0].text(
        0, 0.97, "\n".join(told), parse_math=False,
        fontsize=8.5, color=_GREY, va="top", transform=axes[1, 0].transAxes,
    )  # fmt: skip
    for column, stride in enumerate(strides, 1):
        predicted = _picture(crop["predicted"][str(stride)])
        wrong = (predicted != label) & (label >= 0)
        title = said(f"stride {stride}, {BASELINE}")
        _show(axes[0, column], colours[predicted], title)
        _show(axes[1, column], np.where(wrong, 0.1, 0.93), None)


def _show(axes, picture, title):
    options = {"cmap": "gray", "vmin": 0, "vmax": 1} if picture.ndim == 2 else {}
    axes.imshow(picture, interpolation="nearest", **options)
    axes.set_anchor("NW")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(_FAINT)
    if title:
        axes.set_title(title, fontsize=9, color=_INK, loc="left")


def _wrapped(words, size, share):
    """Lines of at most this share of the figure's width."""
    return wrap(words, size, share * _PAGE * DPI)


def _picture(rows):
    return np.array([row.split() for row in rows], int)


def class_colours(result):
    """The colours of the classes, the data set's where it has them.

    Args:
        result: dict of `measure_ceiling`.

    Returns:
        float [C + 1, 3]: RGB from 0 to 1; the last is void's grey.
    """
    if result["colours"]:
        colours = np.array(result["colours"], float) / 255
    else:
        count = len(result["class_names"])
        steps = np.arange(count)
        if count <= 20:
            colours = colormaps["tab10" if count <= 10 else "tab20"](steps)[:, :3]
        else:
            colours = colormaps["gist_ncar"](steps / count)[:, :3]
    return np.vstack([colours, [0.75, 0.75, 0.75]])
