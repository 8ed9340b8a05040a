"""The site builds without a dead link, in both languages; the READMEs' links lead
somewhere, too."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from paddle_resample.version import __version__

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def build(config, target):
    """Run mkdocs, strictly; returns the finished process.

    Not with --quiet: that hides the warnings from --strict, too.
    """
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    command += ["--config-file", str(config), "--site-dir", str(target)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    target = tmp_path_factory.mktemp("site")
    done = build(ROOT / "mkdocs.yml", target)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def test_every_page_is_there_in_both_languages(site):
    pages = [p.relative_to(DOCS) for p in DOCS.rglob("*.md")]
    pages = [p.as_posix() for p in pages if "examples" not in p.parts]
    pages = [p for p in pages if not re.search(r"_notes\.(zh\.)?md$", p)]
    assert len(pages) > 100
    for page in pages:
        html = page.replace(".zh.md", ".md").replace("README.md", "index.md")
        html = html.replace(".md", ".html")
        assert (site / html).exists() and (site / "zh" / html).exists()


def test_chinese_where_there_is_a_chinese_page_else_english(site):
    assert "我想要一个层" in (site / "zh/index.html").read_text(encoding="utf-8")
    assert "我想要一个层" not in (site / "index.html").read_text(encoding="utf-8")
    operator = (site / "zh/operators/a2u.html").read_text(encoding="utf-8")
    assert "亲和感知上采样" in operator and 'href="carafe.html"' in operator
    untranslated = (site / "zh/kernels_rows.html").read_text(encoding="utf-8")
    assert "教程" in untranslated  # its navigation


def test_notebooks_are_pages_that_name_each_other(site):
    names = [p.stem for p in DOCS.glob("notebooks/*.ipynb") if ".zh" not in p.name]
    assert names
    for name in names:
        english = (site / f"notebooks/{name}.html").read_text(encoding="utf-8")
        chinese = (site / f"zh/notebooks/{name}.html").read_text(encoding="utf-8")
        assert english.count("jp-Cell") > 5 and english.count("data:image/png") > 1
        assert '.md"' not in english + chinese  # links lead to pages of the site
        for folder, page in (("notebooks", english), ("zh/notebooks", chinese)):
            for link in re.findall(r'href="([^":#]+\.(?:html|ipynb))"', page):
                assert (site / folder / link).exists(), (name, link)
        assert f'href="../zh/notebooks/{name}.html" hreflang="zh"' in english
        assert f'href="../../notebooks/{name}.html" hreflang="en"' in chinese


def test_only_pages_pictures_and_reports_are_in_the_site(site):
    ends = {p.suffix for p in site.rglob("*") if "assets" not in p.parts}
    assert ends - {""} <= {
        ".html",
        ".png",
        ".svg",
        ".json",
        ".js",
        ".css",
        ".xml",
        ".gz",
    }
    assert not list(site.rglob("*_notes.html"))
    reports = {p.parent.name for p in site.glob("examples/*/report.html")}
    assert reports == {p.parent.name for p in DOCS.glob("examples/*/report.html")}


@pytest.mark.parametrize("folder", ["operators", "zh/operators"])
def test_formulas_are_shown_as_they_are(site, folder):
    formula = "&lt;Q norm(guide)[p], K norm(x)[q]&gt;"
    assert formula in (site / folder / "sapa_b.html").read_text(encoding="utf-8")
    for page in (site / folder).glob("*.html"):
        text = re.search(
            "<article.*?</article>", page.read_text(encoding="utf-8"), re.S
        )
        prose = re.sub("<pre.*?</pre>", "", text[0], flags=re.S)
        assert "\\" not in prose, page


def test_links_out_of_docs_become_paths(site):
    page = (site / "operators/carafe.html").read_text(encoding="utf-8")
    assert "<code>paddle_resample/up/carafe.py</code>" in page
    assert "../../paddle_resample" not in page


@pytest.mark.parametrize("link", ["no_page.md", "other.md#no-heading", "images/no.png"])
def test_a_dead_link_fails_the_build(tmp_path, link):
    pages = tmp_path / "docs"
    pages.mkdir()
    (pages / "index.md").write_text(f"# Page\n\n[dead]({link}), [other](other.md)\n")
    (pages / "other.md").write_text("# Other\n\n## A heading\n")
    shared = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    validation = re.search(r"^validation:\n(?:  .*\n)+", shared, re.MULTILINE)[0]
    config = tmp_path / "mkdocs.yml"
    config.write_text(f"site_name: small\nplugins: []\n{validation}")
    done = build(config, tmp_path / "site")
    assert done.returncode == 1 and link.split("#")[0] in done.stderr


def anchors_of(page):
    """The names GitHub gives to a page's headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", LINK.sub(r"\1", heading).lower())
        yield plain.replace(" ", "-")


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=lambda p: p.name)
def test_links_of_the_pages_outside_docs(page):
    targets = LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    for target in targets:
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors_of(file), target


def test_the_start_page_installs_this_version():
    for name in ("index.md", "index.zh.md"):
        wheels = re.findall(
            r"paddle_resample-([\d.]+)-py3", (DOCS / name).read_text(encoding="utf-8")
        )
        assert wheels and set(wheels) == {__version__}
