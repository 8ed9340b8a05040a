"""A Chinese page says all that its English twin says: its headings, its code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CHINESE = sorted(DOCS.rglob("*.zh.md")) + [ROOT / "README_CN.md"]
# What a generator fills in links what the page has that it writes.
WRITTEN = [p for p in CHINESE if not p.name.endswith("_notes.zh.md")]
TUTORIALS = sorted(p for p in DOCS.glob("tutorials/*.md") if ".zh." not in p.name)
BLOCK = re.compile(r"^([ \t]*)```(\w*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")
# Comments may be translated, and so may what is shown and not run.
COMMENT = re.compile(r"(^|\s+)#( .*)?$")
SHOWN = ("text", "console")
_CHINESE = "\u4e00-\u9fff，。；：、（）“”"


def english_twin(page):
    """The English page that a Chinese one translates."""
    return page.with_name(re.sub(r"\.zh|_CN", "", page.name))


def name_of(page):
    return page.relative_to(ROOT).as_posix()


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


def pictures_of(page):
    return re.findall(r"!\[[^\]]*\]\(([^)]*)\)", page)


def instructions_of(page):
    """What the test of code blocks is told of them."""
    return re.findall(r"^<!-- .* -->$", page, re.MULTILINE)


def test_there_are_pages():
    assert CHINESE and TUTORIALS


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda p: p.stem)
def test_a_tutorial_has_a_chinese_page(page):
    assert page.with_suffix(".zh.md").exists()


def tables_of(page):
    """(columns, first code of the first cell) of every row of the tables."""
    return [
        (row.count("|"), re.findall(r"`([^`]*)`", row.split("|")[1])[:1])
        for row in re.findall(r"^\|.*\|$", BLOCK.sub("", page), re.MULTILINE)
    ]


@pytest.mark.parametrize("page", CHINESE, ids=name_of)
def test_equals_its_english_twin(page):
    twin = english_twin(page)
    assert twin.exists(), f"{page.name} has no English page"
    chinese, english = (p.read_text(encoding="utf-8") for p in (page, twin))
    assert headings_of(chinese) == headings_of(english)
    assert code_of(chinese) == code_of(english)
    assert tables_of(chinese) == tables_of(english)
    assert pictures_of(chinese) == pictures_of(english)
    assert instructions_of(chinese) == instructions_of(english)
    assert re.search("[\u4e00-\u9fff]", BLOCK.sub("", chinese)), "it is not Chinese"


@pytest.mark.parametrize("page", CHINESE, ids=name_of)
def test_no_line_breaks_within_a_sentence(page):
    """It would be shown as a space, which Chinese has not."""
    text = BLOCK.sub("\n", page.read_text(encoding="utf-8"))
    broken = re.findall(f"^.*[{_CHINESE}]\n *[{_CHINESE}].*$", text, re.MULTILINE)
    assert broken == []


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_leads_to_chinese_pages(page):
    twin = english_twin(page)
    for target in LINK.findall(BLOCK.sub("", page.read_text(encoding="utf-8"))):
        path = (page.parent / target).resolve()
        chinese = path.with_name(f"{path.stem}.zh{path.suffix}")
        assert path == twin or not chinese.exists(), f"{target} has a Chinese page"


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_its_english_twin_leads_to_it(page):
    assert f"]({page.name})" in english_twin(page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", TUTORIALS + WRITTEN, ids=name_of)
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
    untagged = "\n```\nls\n```\n\nWords\n\n```\npwd\n```\n"
    assert code_of(untagged) == [("", "ls"), ("", "pwd")]
    table = "| `a` | b |\n|---|---|\n| `c` `d` | e |\n"
    assert tables_of(table) == [(3, ["a"]), (3, []), (3, ["c"])]
    in_a_list = "- item\n\n  ```bash\n  ls\n  ```\n"
    assert code_of(in_a_list) == [("bash", "  ls")]
