"""Several models on the same pictures, side by side, and where they disagree."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from .palette import overlay

__all__ = ["side_by_side"]

_WIDTH = 1.9  # inches of one panel
_DIFFERENT = np.array([213, 0, 130], dtype=np.uint8)
# Okabe and Ito's colours, told apart with every kind of colour vision.
_RIGHT = np.array(
    [[0, 114, 178], [230, 159, 0], [0, 158, 115], [204, 121, 167], [86, 180, 233]],
    dtype=np.uint8,
)
_ALL_WRONG = np.array([60, 60, 60], dtype=np.uint8)


def side_by_side(rows, names, palette, class_names=None, ignore_index=255):
    """Draw pictures as rows and models as columns.

    The last column marks the pixels that not all models predict alike: with labels in
    the colour of the one model that is right (dark grey where none or several are),
    without labels in one colour.

    Args:
        rows: list of (Picture, list of int [H, W] predictions, one a model).
        names: of the models, in order.
        palette: uint8 [colours, 3] of the classes.
        class_names: for the legend; None draws none.
        ignore_index: label value that is not judged.

    Returns:
        matplotlib Figure with an Agg canvas.
    """
    labelled = all(picture.label is not None for picture, _ in rows)
    titles = ["image", *(["label"] if labelled else []), *names]
    several = len(names) > 1
    if several:
        titles.append("where they differ")
    ratios = [p.image.shape[0] / p.image.shape[1] for p, _ in rows]
    heights = [ratio * _WIDTH + (0.2 if labelled else 0.05) for ratio in ratios]
    top, bottom = 0.35, 0.68 if class_names else (0.4 if several else 0.1)
    size = (_WIDTH * len(titles) + 0.1, sum(heights) + top + bottom)
    figure = Figure(figsize=size, dpi=160)
    FigureCanvasAgg(figure)
    for column, title in enumerate(titles):
        x = (0.05 + (column + 0.5) * _WIDTH) / size[0]
        figure.text(x, 1 - 0.12 / size[1], title, ha="center", va="top", fontsize=8)
    y = size[1] - top
    for (picture, predictions), ratio, height in zip(rows, ratios, heights):
        panels = [(picture.image, "")]
        if labelled:
            panels.append((_label_panel(picture, palette, ignore_index), ""))
        for prediction in predictions:
            text = _accuracy(prediction, picture.label, ignore_index)
            # Beside a label the plain colours compare best; alone, the picture helps.
            weight = 0.0 if labelled else 0.35
            panels.append((overlay(picture.image, prediction, palette, weight), text))
        if several:
            panels.append((_differences(picture, predictions, ignore_index), ""))
        for column, (image, text) in enumerate(panels):
            box = (
                (0.05 + column * _WIDTH + 0.03) / size[0],
                (y - ratio * _WIDTH + 0.03) / size[1],
                (_WIDTH - 0.06) / size[0],
                (ratio * _WIDTH - 0.06) / size[1],
            )
            axes = figure.add_axes(box)
            axes.imshow(image, interpolation="nearest", aspect="auto")
            axes.set_axis_off()
            axes.text(
                0.5,
                -0.01,
                text,
                transform=axes.transAxes,
                ha="center",
                va="top",
                fontsize=6.5,
                color="0.25",
            )
        y -= height
    _legends(figure, names, several, labelled, palette, class_names)
    return figure


def _label_panel(picture, palette, ignore_index):
    colours = palette[np.clip(picture.label, 0, len(palette) - 1)]
    colours[picture.label == ignore_index] = 255
    return colours


def _accuracy(prediction, label, ignore_index):
    if label is None:
        return ""
    counted = label != ignore_index
    right = (prediction == label)[counted]
    return f"{right.mean():.1%} of pixels right" if right.size else "nothing labelled"


def _differences(picture, predictions, ignore_index):
    grey = picture.image.mean(axis=2, keepdims=True) * 0.35 + 160
    panel = np.repeat(grey, 3, axis=2).astype(np.uint8)
    stack = np.stack(predictions)
    differ = (stack != stack[0]).any(axis=0)
    if picture.label is None:
        panel[differ] = _DIFFERENT
        return panel
    differ &= picture.label != ignore_index
    right = stack == picture.label
    panel[differ] = _ALL_WRONG
    for number in range(len(predictions)):
        alone = differ & right[number] & (right.sum(axis=0) == 1)
        panel[alone] = _RIGHT[number % len(_RIGHT)]
    return panel


def _legends(figure, names, several, labelled, palette, class_names):
    width = figure.get_figwidth()
    style = {"frameon": False, "fontsize": 6.5, "handlelength": 1, "handleheight": 1}
    if several:
        marks = [("models differ", _DIFFERENT)]
        if labelled:
            marks = [
                (f"only {name} is right", _RIGHT[i % len(_RIGHT)])
                for i, name in enumerate(names)
            ]
            marks.append(("they differ, none or several right", _ALL_WRONG))
        figure.legend(
            handles=_patches(marks),
            loc="lower center",
            bbox_to_anchor=(0.5, 0.0),
            ncols=max(1, min(len(marks), int(width / 1.9))),
            **style,
        )
    if class_names:
        marks = [(name, palette[i]) for i, name in enumerate(class_names)]
        figure.legend(
            handles=_patches(marks),
            loc="lower center",
            bbox_to_anchor=(0.5, 0.22 / figure.get_figheight() if several else 0),
            ncols=max(1, min(len(marks), int(width / 1.25))),
            columnspacing=1.0,
            **style,
        )


def _patches(marks):
    return [Patch(color=np.asarray(colour) / 255, label=text) for text, colour in marks]
