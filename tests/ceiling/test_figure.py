"""The ceiling's figure: its numbers, its words in both languages, and nothing cut."""

import json
import re

import numpy as np
import pytest
from matplotlib.text import Text

from paddle_resample import sheet
from paddle_resample.ceiling import measure_ceiling
from paddle_resample.ceiling.figure import draw_ceiling
from paddle_resample.ceiling.words import row_of
from paddle_resample.files import finite
from tests.ceiling.made_up_labels import MadeUp, blobs

LONG = "conveyer belt, conveyor belt, conveyer, conveyor, transporter"
FILE = "a_long_name_of_a_picture_" * 3 + "1.png"


@pytest.fixture(scope="module")
def result():
    rng = np.random.default_rng(0)
    made = MadeUp([blobs(rng)], 5)
    made.class_names[3] = LONG
    made.name = lambda index: f"folder/{FILE}"
    measured = measure_ceiling(made, [2, 4, 8], fitted_images=1)
    return json.loads(json.dumps(finite(measured)))


def texts(figure):
    figure.draw_without_rendering()
    return [t for t in figure.findobj(Text) if t.get_text() and t.get_visible()]


def test_the_numbers_are_those_of_the_json(result):
    figure = draw_ceiling(result)
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    expected = [100 * row_of(result, s, "bicubic")["miou"] for s in (2, 4, 8)]
    np.testing.assert_allclose(lines["bicubic"].get_ydata(), expected)


def test_no_name_is_cut_and_no_text_leaves_the_figure(result):
    figure = draw_ceiling(result)
    found = texts(figure)
    said = [t.get_text().replace("\n", "") for t in found]
    assert any(LONG.replace(" ", "") == s.replace(" ", "") for s in said)
    assert any(FILE in s for s in said)
    for text in found:
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1, text.get_text()
    name = next(t for t in found if FILE in t.get_text().replace("\n", ""))
    beside = min(a.get_window_extent().x0 for a in figure.axes[6:] if a.images)
    others = [a.get_window_extent() for a in figure.axes if a.images]
    right = min(b.x0 for b in others if b.x0 > beside + 1)
    assert name.get_window_extent().x1 <= right


@pytest.mark.filterwarnings("ignore:Glyph")  # where no font has them
def test_a_chinese_figure_has_no_english_words_but_names(result, monkeypatch):
    monkeypatch.setattr(sheet, "_printable", str)  # any font will do
    figure = draw_ceiling(result, "zh")
    said = " ".join(t.get_text().replace("\n", "") for t in texts(figure))
    for name in (FILE, LONG.replace(" ", ""), "best linear", "px"):
        said = said.replace(name, "")
    names = {"class", "IoU", "mIoU", "nearest", "area", "bilinear", "bicubic", "logits"}
    left = set(re.findall("[A-Za-z]+", said.replace("64x64", ""))) - names
    assert left <= {*re.findall("[A-Za-z]+", LONG), "x"}


@pytest.mark.parametrize("recall", [0.2, 0.08])
def test_the_legend_of_widths_hides_no_curve(result, recall):
    changed = json.loads(json.dumps(result))
    for row in changed["rows"]:
        row["width_recall"] = [recall] * len(row["width_recall"])
    figure = draw_ceiling(changed)
    axes = figure.axes[2]
    figure.draw_without_rendering()
    legend = axes.get_legend().get_window_extent()
    height = axes.transData.transform((2, 100 * recall))[1]
    assert not legend.y0 < height < legend.y1


def test_labels_without_thin_structures_have_no_curves_of_them():
    label = np.zeros((96, 96), int)
    label[:, 48:] = 1
    measured = measure_ceiling(MadeUp([label], 2), [4, 8], fitted_images=0)
    figure = draw_ceiling(json.loads(json.dumps(finite(measured))))
    assert len(figure.axes[2].get_lines()) == 1  # the reference stride
