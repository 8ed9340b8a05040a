import re

import numpy as np
import pytest

from paddle_resample import sheet
from paddle_resample.lab.figures.columns import COLUMNS, PAIR_COLUMNS, shown
from paddle_resample.lab.figures.table import draw_table, save_table
from paddle_resample.lab.measure_operator import Measured
from paddle_resample.lab.measurements.measurement import Measurement


def row(label, kind="up", **numbers):
    part = Measurement({k: (v, "") for k, v in numbers.items()})
    return Measured(label, kind, 2, 16, 0, [], {"part": part})


def texts(figure):
    return [text.get_text() for text in figure.texts]


def test_sections_and_numbers():
    rows = [row("b", gain=0.5), row("a", gain=1.0), row("c", "down", overshoot=10.55)]
    said = texts(draw_table(rows))
    assert said.index("Upsamplers") < said.index("b") < said.index("a")
    assert said.index("a") < said.index("Downsamplers") < said.index("c")
    assert "0.50" in said and "10.6" in said and "Pairs" not in said
    assert "PSNR," not in said and "gain" in said
    assert "PSNR," in texts(draw_table([row("d : e", "pair", psnr=30.0)]))


def test_colour_is_the_distance_from_the_ideal():
    kinds = {"gain": 0.5, "bandwidth": 2.0, "edge_width": 9.0}
    rows = [row("ideal", gain=1.0, bandwidth=1.0), row("other", **kinds)]
    image = draw_table(rows).axes[0].images[0].get_array()
    keys = [column.key for column in COLUMNS]
    ideal, other = (image[:, keys.index(k)] for k in ("gain", "bandwidth"))
    for cells in (ideal, other):
        assert cells[0].min() > 0.9 and cells[1].min() < cells[0].min()
    grey = image[1, keys.index("edge_width")]
    assert np.ptp(grey) == 0  # no value is better
    assert np.ptp(image[0, keys.index("edge_width")]) == 0  # not defined
    of_a_pair = draw_table([row("p", "pair", bandwidth=2.0)]).axes[0].images[0]
    assert np.ptp(of_a_pair.get_array()[0, keys.index("bandwidth")]) == 0


def test_every_column_is_measured(measured_pair):
    for column in COLUMNS + PAIR_COLUMNS:
        assert column.key in measured_pair.numbers
        assert shown(measured_pair.numbers, column) != "–"


@pytest.fixture
def measured_pair():
    from paddle_resample.lab.measure_operator import measure
    from paddle_resample.lab.photograph.restore import Settings

    return measure("avg_pool", partner="bilinear", settings=Settings(size=48))


def test_numbers_as_text():
    overshoot = next(c for c in COLUMNS if c.key == "bias_x")
    values = [(-0.001, "0.00"), (-0.5, "−0.50"), (float("nan"), "–"), (np.inf, "∞")]
    for value, text in values:
        assert shown({"bias_x": (value, "px")}, overshoot) == text


def test_a_chinese_table_has_no_english_words_but_names(monkeypatch):
    monkeypatch.setattr(sheet, "_printable", str)  # any font will do
    rows = [row("a", gain=1.0), row("b", "down"), row("c : d", "pair", psnr=30.0)]
    said = " ".join(texts(draw_table(rows, "zh")))
    names = {*"abcd", "px", "dB", "PSNR", "SSIM", "Nyquist", "docs", "lab", "zh", "md"}
    assert set(re.findall("[A-Za-z]+", said)) - names == set()


def test_a_long_name_is_shown_whole_beside_its_numbers():
    label = "carafe " + ", ".join(f"option_{i}={i}" for i in range(12))
    figure = draw_table([row(label, gain=1.0)])
    name = next(text for text in figure.texts if text.get_text() == label)
    assert name.get_window_extent().x1 <= figure.axes[0].get_window_extent().x0


def test_saved(tmp_path):
    path = save_table([row("a", gain=1.0)], tmp_path / "new")
    assert path.name == "lab.png" and path.stat().st_size > 5000
