"""docs/findings.md is what its generator makes of the published studies today."""

import json
from pathlib import Path

import generate_findings as made
import pytest

from paddle_resample.study.plan import Study
from paddle_resample.study.results import read_results

DOCS = Path(__file__).parents[2] / "docs"
PUBLISHED = sorted(p.parent for p in (DOCS / "examples").glob("*/study.json"))


@pytest.mark.parametrize("name", made.PAGES)
def test_page_is_made_of_the_results(name):
    template, language = made.PAGES[name]
    text = (DOCS / name).read_text(encoding="utf-8")
    assert text == made.page(template, language)


@pytest.mark.parametrize("folder", PUBLISHED, ids=lambda folder: folder.name)
def test_a_published_study_is_small_and_whole(folder):
    if folder.name != "crackforest_pilot":  # numbers alone
        assert (folder / "report.html").stat().st_size < 1.5 * 2**20
    done = [r for r in read_results(folder).values() if r["status"] == "done"]
    for result in done:
        assert (folder / result["folder"] / "images.npz").exists()
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    study = Study.load(folder)
    names = {cell.name for cell in study.cells}  # a repeated cell counts once
    for method in study.methods:
        own = [r for r in done if r["method"] == method and r["cell"] in names]
        scores = [r["last"]["miou"] for r in own]
        mean = summary["methods"][method]["measures"]["miou"]["mean"]
        assert mean == pytest.approx(sum(scores) / len(scores))


def test_no_path_of_a_machine_is_published():
    for folder in PUBLISHED:
        for path in folder.rglob("*.json*"):
            assert '"/' not in path.read_text(encoding="utf-8"), path
