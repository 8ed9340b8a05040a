"""A Chinese page says all that its English twin says: its headings, its code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CHINESE = sorted(DOCS.rglob("*.zh.md"))
TUTORIALS = sorted(p for p in DOCS.glob("tutorials/*.md") if ".zh." not in p.name)
BLOCK = re.compile(r"^(\s*)```(\w*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")
# Comments may be translated, and so may what is shown and not run.
COMMENT = re.compile(r"(^|\s+)#( .*)?$")
SHOWN = ("text", "console")


def code_of(page):
    """(language, code without comments) of every block; of what is shown only how many
    lines it has."""
    blocks = []
    for _, language, body in BLOCK.findall(page):
        lines = [COMMENT.sub("", line) for line in body.splitlines()]
        code = "\n".join(line for line in lines if line.strip())
        shown = language in SHOWN
        blocks.append((language, body.count("\n") if shown else code))
    return blocks


def headings_of(page):
    """Levels of the headings, in order."""
    return [len(level) for level in HEADING.findall(BLOCK.sub("", page))]


def instructions_of(page):
    """What the test of code blocks is told of them."""
    return re.findall(r"^<!-- .* -->$", page, re.MULTILINE)


def test_there_are_pages():
    assert CHINESE and TUTORIALS


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda p: p.stem)
def test_a_tutorial_has_a_chinese_page(page):
    assert page.with_suffix(".zh.md").exists()


@pytest.mark.parametrize("page", CHINESE, ids=lambda p: p.relative_to(DOCS).as_posix())
def test_equals_its_english_twin(page):
    twin = page.with_name(page.name.replace(".zh.md", ".md"))
    assert twin.exists(), f"{page.name} has no English page"
    chinese, english = (p.read_text(encoding="utf-8") for p in (page, twin))
    assert headings_of(chinese) == headings_of(english)
    assert code_of(chinese) == code_of(english)
    assert instructions_of(chinese) == instructions_of(english)
    assert re.search("[\u4e00-\u9fff]", BLOCK.sub("", chinese)), "it is not Chinese"


@pytest.mark.parametrize(
    "page", TUTORIALS + CHINESE, ids=lambda p: p.relative_to(DOCS).as_posix()
)
def test_links_lead_to_files(page):
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    targets = LINK.findall(text)
    gone = [t for t in targets if ":" not in t and not (page.parent / t).exists()]
    assert not gone, f"{page.name} links {gone}"


def test_differences_are_seen():
    english = "# One\n\n```python\nx = 1  # why\n```\n\n## Two\n"
    translated = english.replace("One", "一").replace("why", "为什么")
    assert code_of(translated) == code_of(english)
    assert headings_of(translated) == headings_of(english) == [1, 2]
    assert code_of(english.replace("x = 1", "x = 2")) != code_of(english)
    assert headings_of(english.replace("## Two", "### Two")) != headings_of(english)
    in_a_list = "- item\n\n  ```bash\n  ls\n  ```\n"
    assert code_of(in_a_list) == [("bash", "  ls")]
