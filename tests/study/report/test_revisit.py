"""Going back to trained networks: of a study that really ran."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from paddle_resample import UsageError
from paddle_resample.metrics import ImageScores
from paddle_resample.study.report import write_report
from paddle_resample.study.report.content import read_content
from paddle_resample.study.report.revisit import revisit
from tests.study.report.test_page import Page


@pytest.fixture
def content(finished, tmp_path):
    shutil.copytree(finished[0].folder, tmp_path / "study")
    return read_content(tmp_path / "study")


def test_it_predicts_what_was_scored(content):
    result = content.shown("dysample")
    scores = ImageScores.load(content.cell_folder(result) / "images.npz")
    folder, facts = revisit(content, result, scores.names[3:1:-1])
    assert list(facts["images"]) == scores.names[3:1:-1]
    for place in (2, 3):
        stem = facts["images"][scores.names[place]]
        labels = np.asarray(Image.open(folder / f"{stem}_prediction.png"))
        truth = np.asarray(Image.open(folder / f"{stem}_label.png"))
        _, labelled, predicted = scores.counts["region"][place]
        assert np.bincount(labels.ravel(), minlength=12).tolist() == predicted.tolist()
        assert np.bincount(truth.ravel(), minlength=12).tolist() == labelled.tolist()
        assert Image.open(folder / f"{stem}_image.png").size == (32, 32)


def test_sites_are_those_of_the_network(content):
    folder, facts = revisit(content, content.shown("dysample"), [])
    kinds = [site["kind"] for site in facts["sites"]]
    assert kinds == ["down", "down", "up", "up"]
    assert {s["operator"] for s in facts["sites"] if s["kind"] == "up"} == {"dysample"}
    for site in facts["sites"]:
        for part, shape in zip(("before", "after"), site["shapes"]):
            picture = Image.open(folder / f"site_{site['number']:02}_{part}.png")
            assert [picture.height, picture.width] == shape[1:]


def test_it_is_kept_without_the_checkpoint(content):
    result = content.shown("bilinear")
    name = "FineShapes/val/000001"
    _, facts = revisit(content, result, [name])
    shutil.rmtree(content.cell_folder(result) / "iter_4")
    assert revisit(content, result, [name])[1] == facts
    with pytest.raises(UsageError, match="its checkpoint iter_4 is gone"):
        revisit(content, result, ["FineShapes/val/000002"])


def test_images_that_are_no_more(content):
    with pytest.raises(UsageError, match="has no image 'x' any more"):
        revisit(content, content.shown("bilinear"), ["x"])
    assert not (content.cell_folder(content.shown("bilinear")) / "revisited").exists()


def test_configurations_that_are_no_more(content):
    gone = replace(content, study=replace(content.study, base="gone.yml"))
    with pytest.raises(UsageError, match=r"gone\.yml"):
        revisit(gone, gone.shown("bilinear"), [])


def test_the_report_of_a_real_study(content):
    folder = content.study.folder
    shutil.rmtree(content.cell_folder(content.shown("dysample")) / "iter_4")
    page = Page(write_report(folder).read_text("utf-8"))
    said = page.said()
    assert "Best and worst image of every method" in said
    assert "Not shown for dysample: its checkpoint iter_4 is gone." in said
    assert [set(site["methods"]) for site in page.data()["sites"]] == [{"bilinear"}] * 4
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["methods"]["dysample"]["sentence"]["en"] in said
