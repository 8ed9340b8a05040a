"""docs/operators is what docs/generate_operators.py writes today."""

import json
import re
from pathlib import Path

import operator_index_words as index_words
import pytest
from operator_markdown import file_name, markdown
from PIL import Image

from operator_pages import index_page, operator_page, write_pages
from operator_picture import HEIGHT, WIDTH
from paddle_resample import cost, resampler_class, resampler_names, resampler_options
from paddle_resample.catalogue import FAMILIES
from paddle_resample.docstring import read_docstring
from paddle_resample.notes import paragraphs

FOLDER = Path(__file__).parents[2] / "docs" / "operators"
LANGUAGES = ("en", "zh")
PAGES = {
    file_name(name, language) for name in resampler_names() for language in LANGUAGES
}
ALL = pytest.mark.parametrize("name", resampler_names())
BOTH = pytest.mark.parametrize("language", LANGUAGES)


@ALL
@BOTH
def test_page_is_what_the_operator_says(name, language):
    path = FOLDER / file_name(name, language)
    assert path.exists(), "run `make docs`"
    page = operator_page(name, language)
    assert path.read_text(encoding="utf-8") == page, "run `make docs`"


@BOTH
def test_index_is_up_to_date(language):
    written = (FOLDER / index_words.PAGES[language]).read_text(encoding="utf-8")
    assert written == index_page(language), "run `make docs`"
    linked = re.findall(
        r"^\| \[(\w+) !\[\]\(images/\1\.png\)\]\(([\w.]+)\)", written, re.MULTILINE
    )
    assert sorted(name for name, _ in linked) == resampler_names()
    assert all(page == file_name(name, language) for name, page in linked)


def test_there_is_no_orphan():
    pages = {p.name for p in FOLDER.glob("*.md")} - set(index_words.PAGES.values())
    assert pages == PAGES
    for kind in ("png", "json"):
        assert {p.stem for p in FOLDER.glob(f"images/*.{kind}")} == set(
            resampler_names()
        )


@ALL
def test_picture_is_there_and_small(name):
    path = FOLDER / "images" / f"{name}.png"
    with Image.open(path) as picture:
        assert picture.size == (WIDTH, HEIGHT)
    assert path.stat().st_size <= 60_000
    numbers = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert numbers["name"] == name
    assert numbers["scale"] == resampler_options(resampler_class(name))["scale"]
    assert numbers["learned"] == resampler_class(name).learned


@ALL
@BOTH
def test_links_lead_somewhere(name, language):
    text = (FOLDER / file_name(name, language)).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        assert (FOLDER / target).exists(), target


def test_page_holds_every_fact():
    text = operator_page("sapa_b")
    cls = resampler_class("sapa_b")
    for option, default in resampler_options(resampler_class("sapa_b")).items():
        assert f"| `{option}` | `{default!r}` |" in text
    total = cost("sapa_b", 256, (64, 64))
    assert f"| {total.parameters:,} | {total.macs:,} | {total.bytes:,} |" in text
    for fact in (cls.notes.grid, cls.notes.initialization):
        for paragraph in paragraphs(fact):
            assert paragraph[1:40].replace("*", r"\*") in text
    assert cls.source in text and read_docstring(cls).example in text


def test_formulas_are_escaped_and_operators_linked():
    text = operator_page("sapa_b")
    assert "&lt;Q norm(guide)[p], K norm(x)[q]>" in text
    assert r"(G + C)\*D" in text
    assert "[PatchExpand](patch_expand.md)" in operator_page("final_patch_expand")
    assert "downsample: haar\n  upsample: haar_inverse" in operator_page("haar_inverse")


def test_names_beside_chinese_are_linked():
    linked = markdown("见PatchExpand，或`carafe`", "dysample", "zh")
    assert linked == "见[PatchExpand](patch_expand.zh.md)，或[`carafe`](carafe.zh.md)"
    assert markdown("见 `carafe`", "carafe", "zh") == "见 `carafe`"


def test_writing_removes_pages_of_no_operator(tmp_path):
    (tmp_path / "gone.md").write_text("old")
    assert write_pages(tmp_path) == resampler_names()
    written = {p.name for p in tmp_path.glob("*.md")}
    assert written == PAGES | set(index_words.PAGES.values())


def test_every_family_has_a_chinese_title():
    for title in FAMILIES.values():
        assert re.match("[上下]采样：", index_words.said(title, "zh")), title
