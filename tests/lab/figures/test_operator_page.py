import json
import re

import numpy as np
import pytest
from PIL import Image

from paddle_resample import sheet
from paddle_resample.lab.figures.operator_page import (
    PAGE,
    draw_measured,
    file_stem,
    save_measured,
)
from paddle_resample.lab.measure_operator import measure
from paddle_resample.lab.photograph.restore import Settings


def words(figure):
    return " | ".join(text.get_text() for text in figure.texts)


def test_numbers_stand_on_the_page():
    text = words(draw_measured(measure("bicubic")))
    for part in ("overshoot 10.5 %", "images: 6.9 % of the power", "jitter 0.09 px"):
        assert part in text
    assert "…" not in text and "upsampler, scale 2, 16 channels, no weights" in text


def test_panels_show_the_arrays():
    found = measure("strided_conv")
    figure = draw_measured(found)
    shown = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    assert any(np.array_equal(a, found.array("partition", "gain_map")) for a in shown)
    assert any(
        np.array_equal(a, found.array("gradient", "gradient_map")) for a in shown
    )
    lines = [line.get_ydata() for axes in figure.axes for line in axes.lines]
    profile = found.array("edge", "profile")
    assert any(np.array_equal(line, profile) for line in lines)


def test_what_is_not_defined_is_said():
    text = words(draw_measured(measure("patch_merge")))
    assert text.count("it drops a constant") == 2 and "not linear in a ramp" in text
    assert "nan" not in text


@pytest.mark.parametrize("scale", [2, 4])
def test_every_phase_has_a_place(scale):
    figure = draw_measured(measure({"name": "nearest", "scale": scale}))
    assert sum(bool(axes.patches) for axes in figure.axes) == scale**2 + 1


def test_saved_page_and_its_numbers(tmp_path):
    found = measure("haar", partner="haar_inverse", settings=Settings(size=48))
    path = save_measured(found, tmp_path)
    assert path.name == "haar-haar_inverse.png"
    with Image.open(path) as picture:
        assert picture.width == PAGE and picture.height > 1900
    read = json.loads(path.with_suffix(".json").read_text())
    assert read["measured"]["reconstruction"]["numbers"]["psnr"]["value"] is None
    kept = np.array(read["measured"]["frequency"]["arrays"]["axis"])
    np.testing.assert_allclose(kept, found.array("frequency", "axis"), rtol=1e-5)
    first = path.read_bytes()
    save_measured(found, tmp_path)
    assert path.read_bytes() == first
    assert "∞ dB" in words(draw_measured(found))


@pytest.mark.parametrize(
    "spec, partner",
    [("carafe", None), ("max_pool", None), ("patch_merge", None)]
    + [("haar", "haar_inverse")],
)
def test_a_chinese_page_has_no_english_words_but_names(spec, partner, monkeypatch):
    monkeypatch.setattr(sheet, "_printable", str)  # any font will do
    found = measure(spec, partner=partner, settings=Settings(size=48))
    figure = draw_measured(found, "zh")
    names = {*found.label.split(), "Nyquist", "px", "dB", "PSNR", "SSIM", "R", "G", "B"}
    english = set(re.findall("[A-Za-z_]+", words(figure))) - names
    assert english == set()


def test_a_long_label_and_many_remarks_are_shown_whole():
    found = measure("bicubic")
    usual = draw_measured(found).get_figheight()
    found.label = "bicubic " + ", ".join(f"option_{i}={i}" for i in range(30))
    found.remarks = [f"remark {i} of the thirty that there are" for i in range(30)]
    figure = draw_measured(found)
    text = words(figure).replace(" | ", " ")
    assert found.label in text and "; ".join(found.remarks) in text and "…" not in text
    assert figure.get_figheight() > usual
    panels = max(axes.get_position().y1 for axes in figure.axes)
    remarks = [t.get_position()[1] for t in figure.texts if "remark" in t.get_text()]
    assert min(remarks) > panels


def test_stems():
    assert file_stem("up.1 (carafe)") == "up.1-carafe"
    assert file_stem("a/b x={c: 1}") == "a-b-x=-c-1"
