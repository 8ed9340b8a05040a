import itertools
import re

import numpy as np
import pytest

from paddle_resample import sheet as module
from paddle_resample.lab.photograph.compare import Comparison
from paddle_resample.lab.photograph.comparison_figure import (
    draw_comparison,
    error_limit,
)
from paddle_resample.lab.photograph.picture import Window
from paddle_resample.lab.photograph.restore import Row, Settings
from paddle_resample.sheet import Sheet, wrap


def row(photo, name="nearest", psnr=24.5, reasons=(), error=0, **more):
    fixed = {
        "options": {},
        "label": name,
        "remarks": [],
        "scale": 2,
        "parameters": 0,
        "loss": None,
        "reduced": photo[::2, ::2],
        "restored": np.clip(photo.astype(int) + error, 0, 255).astype(np.uint8),
        "ssim": 0.5,
    }
    return Row(name=name, psnr=psnr, reasons=list(reasons), **{**fixed, **more})


@pytest.fixture
def comparison(rng):
    def make(size, rows):
        photo = rng.integers(0, 200, (*size, 3), dtype=np.uint8)
        made = [row(photo, **options) for options in rows]
        return Comparison(photo, Window((4, 8, 24)), Settings(), made)

    return make


LONG = {
    "name": "an_operator_with_a_very_long_name_indeed",
    "options": {f"option_{i}": 100 * i for i in range(9)},
    "reasons": ["sees the original and rather more than that, which is a long story"],
}
CASES = {
    "one": ((64, 96), [{}]),
    "three, portrait": ((96, 64), [{}, {"psnr": np.inf}, {"parameters": 12345678}]),
    "panorama": ((40, 384), [{}]),
    "tower": ((384, 40), [LONG]),
    "fifteen": ((64, 96), [{"name": "final_patch_expand"}] * 11 + [LONG] * 4),
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_overlaps_or_leaves_the_page(comparison, case):
    figure = draw_comparison(comparison(*CASES[case]), r"a $\frac$ 照片.png")
    figure.canvas.draw()
    boxes = [axes.get_window_extent() for axes in figure.axes]
    boxes += [text.get_window_extent() for text in figure.texts if text.get_text()]
    width, height = figure.canvas.get_width_height()
    for box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
    for a, b in itertools.combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 1 or along <= 1, (a, b)


def test_pixels_become_equal_squares(comparison):
    made = comparison((64, 96), [{}])
    figure = draw_comparison(made, "x")
    figure.canvas.draw()
    page = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    detail = made.window.cut(made.rows[0].restored)
    shown = [axes for axes in figure.axes if np.array_equal(_values(axes), detail)]
    assert len(shown) == 2  # the original's, and the card's
    for axes in shown:
        box = axes.get_window_extent()
        top, left = page.shape[0] - round(box.y1), round(box.x0)
        block = page[top : top + 360, left : left + 360]
        np.testing.assert_array_equal(block, detail.repeat(15, 0).repeat(15, 1))


def test_card_shows_scores_and_error(comparison):
    made = comparison((64, 96), [{"error": 20}, {"psnr": np.inf}])
    figure = draw_comparison(made, "x")
    words = {text.get_text() for text in figure.texts}
    assert {"nearest", "24.50 dB   0.500", "∞ dB   1.000", "no weights"} <= words
    errors = [axes.images[0] for axes in figure.axes if _values(axes).shape == (24, 24)]
    assert [(e.get_array().max(), e.norm.vmax) for e in errors] == [(20, 20), (0, 20)]


def test_one_scale_for_all_set_by_comparable_rows(comparison):
    rows = [{"error": 13}, {"error": 90, "reasons": ["sees the original"]}]
    assert error_limit(comparison((64, 96), rows)) == 20
    assert error_limit(comparison((64, 96), [rows[1]])) == 90
    assert error_limit(comparison((64, 96), [{}])) == 10


def test_conditions_stand_below(comparison):
    made = comparison((64, 96), [{"parameters": 5}])
    made.left_out = {"a": "a: no reason"}
    made.stopped = True
    words = " ".join(t.get_text() for t in draw_comparison(made, "p$1$.png").texts)
    for part in ("p$1$.png", "300 steps", "border of 4", "a: no reason", "Stopped"):
        assert part in words


def test_a_chinese_figure_has_no_english_words_but_names(comparison, monkeypatch):
    monkeypatch.setattr(module, "_printable", str)  # any font will do
    rows = [{"parameters": 5}, {"reasons": ["sees the original"], "remarks": ["same"]}]
    made = comparison((64, 96), rows)
    made.left_out, made.stopped = {"a": "a (312 million a pass)"}, True
    figure = draw_comparison(made, "china.jpg of scikit-learn", "zh")
    said = " ".join(text.get_text() for text in figure.texts)
    names = {"nearest", "same", "a", "scikit", "learn", "china", "jpg", "PSNR", "SSIM"}
    names |= {"dB", "R", "G", "B", "AdamW", "beta", "sigma"}
    assert set(re.findall("[A-Za-z]+", said)) - names == set()


def test_what_a_card_says_is_shown_whole(comparison):
    figure = draw_comparison(comparison((64, 96), [{}, LONG]), "x")
    said = " ".join(text.get_text() for text in figure.texts)
    options = ", ".join(f"{key}={value}" for key, value in LONG["options"].items())
    assert options in said and LONG["reasons"][0] in said


def test_wrapped_lines_fit():
    lines = wrap("one photograph " * 30, 8, room=600)
    sheet = Sheet(800, 80)
    assert max(sheet.text(0, 40, line, 8) for line in lines) <= 600
    assert " ".join(lines).split() == ("one photograph " * 30).split()


def _values(axes):
    return np.asarray(axes.images[0].get_array())
