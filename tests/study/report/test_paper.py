"""What the folder for a paper holds."""

import csv
import json

import pytest
from PIL import Image

from paddle_resample.study.report.method_style import method_styles
from paddle_resample.study.report.paper import _classes, _curves
from paddle_resample.study.report.paper_table import escaped
from paddle_resample.study.words import WORDS


def test_figures_are_there_in_both_formats(study):
    folder = study.folder / "paper"
    names = {"bands", "classes", "curves", "differences", "thin"}
    names |= {"score_parameters", "score_macs", "score_latency_ms"}
    assert {p.stem for p in folder.glob("*.png")} == names
    assert {p.stem for p in folder.glob("*.pdf")} == names
    for path in folder.glob("*.png"):
        picture = Image.open(path)
        assert picture.width == 1020  # a column of 3.4 inches, 300 dots an inch
        assert len(picture.convert("RGB").getcolors(100_000)) > 20


@pytest.mark.parametrize("classes", [2, 11, 19])
@pytest.mark.parametrize("methods", [2, 5, 10])
@pytest.mark.parametrize("long", [False, True], ids=["short", "long"])
def test_no_legend_takes_the_room_of_classes(classes, methods, long):
    names = [f"method_{i}" + "_of_a_long_name" * long for i in range(methods)]
    numbers = {
        "names": [f"class {i}" for i in range(classes)],
        "iou": {name: {"mean": [50.0] * classes} for name in names},
    }
    figure = _classes(numbers, method_styles(names, names[0]), WORDS["en"])
    figure.draw_without_rendering()
    axes = figure.axes[0].get_window_extent()
    assert axes.height / figure.dpi / classes > 0.22  # inches: a line of the ticks
    assert figure.get_figheight() < 9  # a page
    legend = figure.legends[0].get_window_extent()
    assert legend.y0 >= axes.y1
    assert legend.x1 <= figure.bbox.x1 and legend.y1 <= figure.bbox.y1


def test_a_curve_keeps_its_height_under_a_long_legend():
    def height(count):
        names = [f"method_{i}" for i in range(count)]
        line = {key: [1, 2] for key in ("x", "mean", "low", "high")}
        lines = {name: line for name in names}
        figure = _curves(lines, method_styles(names, names[0]), WORDS["en"])
        figure.draw_without_rendering()
        return figure.axes[0].get_window_extent().height

    assert height(10) == pytest.approx(height(2), rel=0.02)


def test_the_table_holds_the_summary(study):
    summary = json.loads((study.folder / "summary.json").read_text())["methods"]
    with open(study.folder / "paper" / "table.csv", newline="") as file:
        rows = {row["method"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(summary)
    for name, row in rows.items():
        found = summary[name]["measures"]["miou"]
        assert float(row["miou"]) == pytest.approx(100 * found["mean"])
        assert row["verdict"] == summary[name]["verdict"]
        if name == "bilinear":
            assert row["difference"] == row["p"] == ""
        else:
            low, high = (float(row[key]) / 100 for key in ("low", "high"))
            assert [low, high] == pytest.approx(found["interval"])
            assert float(row["p"]) == found["p_corrected"]
    assert float(rows["bilinear"]["parameters"]) == pytest.approx(2.003)


def test_the_latex_table(study):
    text = (study.folder / "paper" / "table.tex").read_text()
    summary = json.loads((study.folder / "summary.json").read_text())["methods"]
    lines = [line for line in text.splitlines() if line.endswith(r" \\")]
    assert len(lines) == 5 and {line.count("&") for line in lines} == {6}
    for name, entry in summary.items():
        assert (rf"\textbf{{{name}}}" in text) == (entry["verdict"] == "better")
    assert "$+" in text and r"\bottomrule" in text


def test_latex_prints_names_as_they_are():
    assert escaped("a_b & 50 %") == r"a\_b \& 50 \%"
    assert escaped("\\input{x}\n$1<2$") == (
        r"\textbackslash{}input\{x\} \$1\textless{}2\$"
    )


def test_every_number_that_was_drawn_is_kept(study):
    numbers = json.loads((study.folder / "paper" / "figures.json").read_text())
    names = {"differences", "costs", "curves", "classes", "bands", "thin", "shares"}
    assert set(numbers) == names
    assert numbers["bands"]["widths"] == [1, 2, 3, 5, 8, 12, 20]
    curve = numbers["curves"]["miou"]["carafe"]
    assert curve["x"] == [60, 120, 180, 240, 300, 360]
    assert curve["low"][-1] <= curve["mean"][-1] <= curve["high"][-1]
