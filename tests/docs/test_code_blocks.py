"""Every code block of the README and of the pages runs as it stands.

Chinese pages hold the same code (test_languages.py), operators' pages are doctests.
"""

import pytest

from page_blocks import LANGUAGES, ROOT, blocks_of, lay_out, run_blocks

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *DOCS.glob("tutorials/*.md")]
PAGES = [p for p in PAGES if ".zh." not in p.name and "_notes" not in p.name]
RUN = ("python", "bash", "yaml")
# What a page tells of a clone needs its folders; these must do with the wheel.
WHEEL_ONLY = [DOCS / "index.md", *DOCS.glob("tutorials/*.md")]


def named(pages):
    return {
        "argvalues": pages,
        "ids": [p.relative_to(ROOT).with_suffix("").as_posix() for p in pages],
    }


def wanted(page, slow):
    return [
        block
        for block in blocks_of(page)
        if block.mark != "not run"
        and (slow or block.mark != "slow")
        and (block.language in RUN or block.mark == "file")
    ]


def run(page, folder, slow):
    if page not in WHEEL_ONLY:
        lay_out(folder)
    status, output = run_blocks(wanted(page, slow), folder)
    assert status == 0, f"{page.relative_to(ROOT)}:\n{output[-4000:]}"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "page"
    made.mkdir()
    return made


@pytest.mark.parametrize("page", **named([p for p in PAGES if wanted(p, False)]))
def test_blocks_run(page, folder):
    run(page, folder, slow=False)


SLOW = [p for p in PAGES if any(b.mark == "slow" for b in blocks_of(p))]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("page", **named(SLOW))
def test_all_blocks_run(page, folder):
    run(page, folder, slow=True)


@pytest.mark.parametrize("page", **named(PAGES))
def test_every_block_says_its_language_and_why_it_does_not_run(page):
    for block in blocks_of(page):
        where = f"line {block.line}"
        assert block.language in LANGUAGES, where
        if block.mark == "not run":
            assert 1 <= len(block.value.split()) <= 8, where
            print(f"{page.relative_to(ROOT)}:{block.line} not run: {block.value}")


@pytest.mark.parametrize(
    "block",
    [
        "```python\nassert 1 > 2\n```",
        "```bash\nfalse\ntrue\n```",
        "```bash\npython -c 'exit(3)' | cat\n```",
        "```yaml\nmodel: {type: ResampleUNet, upsample: bilinaer}\n```",
        "```yaml\n a: [1\n```",
        "<!-- slow -->\n```python\nx = 1\n```\n\n```python\nnot_defined\n```",
    ],
)
def test_a_block_that_fails_is_told(tmp_path, folder, block):
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{block}\n")
    assert run_blocks(list(blocks_of(page)), folder)[0] == 1
