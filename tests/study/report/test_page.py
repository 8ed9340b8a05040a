"""The page as text: complete in itself, escaped, the same twice, in two languages."""

import base64
import gzip
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from paddle_resample import UsageError
from paddle_resample.ceiling import ceiling_sentences
from paddle_resample.ceiling.words import class_losses, row_of
from paddle_resample.study.report import write_report
from paddle_resample.study.report.ceiling_view import ceiling_crop
from paddle_resample.study.report.embed import embed_errors, embed_labels
from paddle_resample.study.report.write import _breakable
from paddle_resample.study.words import WORDS, words_of
from tests.study.report.conftest import HOSTILE
from tests.study.report.made_up import made_up_study

EMPTY = ("meta", "link", "img", "input", "br", "wbr")


class Page(HTMLParser):
    """What a page consists of; fails where an element is not closed in its turn."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.texts = [], [], {}
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        tag = self.open[-1] if self.open else ""
        self.texts.setdefault(tag, []).append(text)

    def said(self):
        hidden = ("script", "style")
        return " ".join(
            t for tag, texts in self.texts.items() if tag not in hidden for t in texts
        )

    def data(self):
        script = next(t for t in self.texts["script"] if t.startswith("{"))
        return json.loads(script)


def page_of(study):
    return Page((study.folder / "report.html").read_text("utf-8"))


@pytest.fixture(scope="module")
def page(study):
    return page_of(study)


def test_it_asks_no_network_for_anything(page):
    for tag, attributes in page.elements:
        for key in ("src", "href", "srcset", "action", "data", "poster"):
            value = attributes.get(key) or ""
            assert not value or value[0] == "#" or value.startswith("data:"), (tag, key)
        assert not [key for key in attributes if key.startswith("on")]
    style = " ".join(page.texts["style"])
    assert "url(" not in style and "@import" not in style
    policy = [a["content"] for t, a in page.elements if a.get("http-equiv")]
    assert policy[0].startswith("default-src 'none'; img-src data:")


def test_libraries_are_in_it(page):
    scripts = " ".join(page.texts["script"])
    assert "Panzoom 4.6.2" in scripts
    packed = next(t for t in page.texts["script"] if t.startswith("H4sI"))
    plotly = gzip.decompress(base64.b64decode(packed)).decode()
    assert "plotly.js (basic - minified) v4.1.1" in plotly
    assert 'customElements.define("img-comparison-slider"' in scripts


def test_what_it_says(study, page):
    said = page.said()
    summary = json.loads((study.folder / "summary.json").read_text())
    for method, entry in summary["methods"].items():
        assert entry["sentence"]["en"] in said
        found = entry["measures"]["miou"]
        assert f"{100 * found['mean']:.2f}" in said
        assert f"± {100 * found['deviation']:.2f}" in said
        assert method in said
    assert "better" in said and "3 seeds, 6 scored images, 360 iterations" in said
    assert "--vary seed=0,1,2 \\" in said and "--iters 360" in said
    assert "type: ResampleUNet" in said and "paddlepaddle" in said
    assert "In the laboratory" not in said
    assert "Abacus 9, 2 threads, Paddle 3." in said or "Paddle 2." in said
    assert summary["detectable"]["sentence"]["en"] in said
    assert summary["cautions"][0]["sentence"]["en"] in said  # curves still rise
    result = said[: said.index("Score against cost")]
    assert re.search(r"−\d", result) and not re.search(r"(^|[ \[(])-\d", result)


def test_figures_hold_the_summary(study, page):
    summary = json.loads((study.folder / "summary.json").read_text())["methods"]
    figures = page.data()["figures"]
    for trace in figures["cost"]["macs"]["data"][1:]:
        measure = summary[trace["name"]]["measures"]["miou"]
        assert trace["y"][0] == pytest.approx(100 * measure["mean"])
        deviation = 100 * measure["deviation"]
        assert trace["error_y"]["array"][0] == pytest.approx(deviation)
    drawn = {t["name"]: t for t in figures["differences"][""]["data"] if "name" in t}
    assert set(drawn) == set(summary) - {"bilinear"}
    for name, trace in drawn.items():
        found = summary[name]["measures"]["miou"]
        low, high = (100 * value for value in found["interval"])
        x, error = trace["x"][0], trace["error_x"]
        assert x == pytest.approx(100 * found["difference"])
        assert x - error["arrayminus"][0] == pytest.approx(low)
        assert x + error["array"][0] == pytest.approx(high)


def test_zero_is_inside_the_plot_of_differences(page):
    layout = page.data()["figures"]["differences"][""]["layout"]
    low, high = layout["xaxis"]["range"]
    assert low < 0 < high


def test_classes_add_up_to_the_difference(study, page):
    summary = json.loads((study.folder / "summary.json").read_text())["methods"]
    shares = page.data()["figures"]["shares"]
    assert set(shares) == set(summary) - {"bilinear"}
    for name, figure in shares.items():
        (bars,) = figure["data"]
        difference = 100 * summary[name]["measures"]["miou"]["difference"]
        assert len(bars["x"]) == 12
        assert sum(bars["x"]) == pytest.approx(difference)


def test_names_break_behind_their_signs_only():
    assert _breakable("pixel_shuffle<b>") == "pixel_<wbr>shuffle&lt;b&gt;"


def test_figures_are_plotlys(page):
    """Every attribute is one that plotly knows, with a value that it takes."""
    objects = pytest.importorskip("plotly.graph_objects", reason="no plotly here")
    for chart in page.data()["figures"].values():
        for figure in chart.values():
            objects.Figure(figure)


def test_pictures_are_embedded(study, page):
    data = page.data()
    assert [len(p["methods"]) for p in data["pictures"]] == [4, 4, 4]
    for picture in data["pictures"]:
        assert picture["photo"].startswith("data:image/webp;base64,")
        for view in picture["methods"].values():
            assert view["labels"].startswith("data:image/png;base64,")
            assert 0 < view["miou"] < 100
    assert len(data["sites"]) == 4 and set(data["sites"][0]["methods"]) == {
        "nearest", "bilinear", "carafe", "dysample(groups=8)"
    }  # fmt: skip
    assert (study.folder / "report.html").stat().st_size < 4e6


def test_the_ceiling_is_that_of_the_file(study, page):
    result = json.loads((study.folder / "ceiling.json").read_text())
    said = page.said()
    for sentence in ceiling_sentences(result):
        assert sentence in said
    assert "Labels of 6 of the 6 scored images (64 × 48 pixels)" in said
    charts = page.data()["figures"]["ceiling"]
    assert set(charts) == {"miou", "boundary_miou", "width_recall"}
    lines = {line["name"]: line["y"] for line in charts["miou"]["data"]}
    expected = [100 * row_of(result, s, "bicubic")["miou"] for s in (4, 8)]
    assert lines["bicubic"] == pytest.approx(expected)
    fitted = [100 * row["logits"]["miou"] for row in result["fitted"]["rows"]]
    name = "bilinear, coarse logits fitted to the label (1 images)"
    assert lines[name] == pytest.approx(fitted)
    for line in charts["width_recall"]["data"]:
        assert line["y"][0] <= 100
    (bars,) = page.data()["figures"]["ceiling_classes"][""]["data"]
    losses = [100 * loss for _, loss in class_losses(result, 4, "bilinear")]
    assert bars["x"] == pytest.approx(losses[::-1])


def test_the_window_that_loses_most(study):
    result = json.loads((study.folder / "ceiling.json").read_text())
    found = ceiling_crop(result)
    label = np.array([row.split() for row in result["crop"]["label"]], int)
    predicted = result["crop"]["predicted"]["4"]
    wrong = np.array([row.split() for row in predicted], int) != label
    seen = picture_of(found["strides"][4]["wrong"])
    assert ((seen.mean(2) < 128) == wrong).all() and list(found["strides"]) == [4, 8]


def picture_of(uri):
    data = base64.b64decode(uri.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


def test_void_is_hatched_in_greys_of_no_class():
    labels = np.zeros((40, 40), int)
    labels[:, 20:] = 255
    greys = [(0x3C,) * 3, (0xF2,) * 3]  # classes that look as void does
    seen = picture_of(embed_labels(labels, greys, 40))[..., 0]
    assert set(seen[:, :20].ravel()) == {0x3C}
    assert set(seen[:, 20:].ravel()) == {0x3B, 0xF1}
    assert len(set(seen[0, 20:])) == len(set(seen[:, 30])) == 2
    wrong = picture_of(embed_errors(labels, labels, 255, 40))
    assert (wrong[:, :20, 3] == 0).all() and 0 < (wrong[:, 20:, 3] > 0).mean() < 1


def test_without_labels_the_page_says_why(tmp_path):
    options = {"seeds": (0,), "images": 2, "size": (48, 64), "shown": 1}
    study = made_up_study(tmp_path, {"bilinear": 0.6, "carafe": 0.7}, **options)
    study.opts = ["val_dataset.size=7"]
    record = json.loads((tmp_path / "study.json").read_text())
    record["study"]["opts"] = study.opts
    (tmp_path / "study.json").write_text(json.dumps(record))
    (tmp_path / "ceiling.json").unlink()
    page = Page(write_report(tmp_path).read_text("utf-8"))
    assert re.search("ceiling of the labels is not shown: .*size", page.said())
    assert "ceiling" not in page.data()["figures"]


def test_methods_differ_in_colour_and_in_shape(page):
    points = page.data()["figures"]["cost"]["macs"]["data"][1:]
    assert len({t["marker"]["color"] for t in points}) == 4
    assert len({t["marker"]["symbol"] for t in points}) == 4


def test_names_are_escaped(hostile_study):
    page = page_of(hostile_study)
    assert HOSTILE in page.said()
    assert "</script>{{ 7*7 }}" in page.said() and "49" not in page.texts["th"]
    tags = [tag for tag, _ in page.elements]
    assert tags.count("script") == 5  # data, three libraries, the page's own
    names = {attributes.get("src") for _, attributes in page.elements}
    assert "x" not in names
    for chart in page.data()["figures"].values():
        for figure in chart.values():
            assert "<img" not in json.dumps(figure) and "<script" not in json.dumps(
                figure
            )


def test_two_languages_say_the_same():
    english, chinese = WORDS["en"], WORDS["zh"]
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        if isinstance(text, dict):
            assert text.keys() == chinese[key].keys()
        else:
            fields = [sorted(re.findall(r"\{\w+\}", t)) for t in (text, chinese[key])]
            assert fields[0] == fields[1], key


def test_every_word_is_used():
    from importlib import resources

    sources = "".join(
        path.read_text("utf-8")
        for package in ("paddle_resample.study", "paddle_resample.study.report")
        for path in resources.files(package).iterdir()
        if path.name.endswith((".html", ".js", ".py"))
    )
    built = ("col_", "verdict_", "measure_", "view_", "axis_", "extreme_", "slider_")
    for key in WORDS["en"]:
        assert key in sources or key.startswith(built), key


def test_unknown_language():
    with pytest.raises(UsageError, match="language 'ens'; did you mean 'en'"):
        words_of("ens")


def test_failed_cells_and_the_laboratory_in_both_languages(partial_study):
    page = Page(write_report(partial_study.folder).read_text("utf-8"))
    said = page.said()
    assert "2 of 4 cells have no result" in said and "no <luck>" in said
    assert "carafe has no finished run on a seed of bilinear." in said
    assert "differences" not in page.data()["figures"]
    assert "In the laboratory" in said and "impulse" in said

    path = write_report(partial_study.folder, language="zh")
    page = Page(path.read_text("utf-8"))
    assert ("html", {"lang": "zh-CN"}) in page.elements
    assert "4 个实验中有 2 个没有结果" in page.said()
    assert "同一图像经过各方法" in page.said()
    for english in ("Feature maps", "Training", "In the laboratory"):
        assert english not in page.said()


def test_the_same_study_gives_the_same_files(hostile_study):
    def files():
        folder = hostile_study.folder
        paths = [folder / "report.html", *(folder / "paper").iterdir()]
        return {path.name: path.read_bytes() for path in paths}

    before = files()
    write_report(hostile_study.folder)
    after = files()
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == []


def test_nothing_finished(tmp_path):
    skills = {"bilinear": 0.6, "carafe": 0.7}
    failed = {f"upsample={name},seed=0" for name in skills}
    options = {"images": 1, "size": (48, 64), "shown": 1}
    made_up_study(tmp_path, skills, (0,), failed=failed, **options)
    with pytest.raises(UsageError, match="has no finished cell to report"):
        write_report(tmp_path)
