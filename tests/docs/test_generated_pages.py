"""Pages of kept numbers are what their generators write of them, in both languages."""

import json
from pathlib import Path

import environments_page
import generate_starts
import pytest
import study_statistics
import study_statistics_page

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


@LANGUAGES
def test_starts(language):
    rows = json.loads((DOCS / "starts.json").read_text(encoding="utf-8"))
    written = (DOCS / generate_starts.PAGES[language]).read_text(encoding="utf-8")
    assert written == generate_starts.page(rows, language)


@LANGUAGES
def test_study_statistics(language):
    kept = json.loads((DOCS / "study_statistics.json").read_text(encoding="utf-8"))
    written = (DOCS / study_statistics_page.PAGES[language]).read_text(encoding="utf-8")
    assert written == study_statistics_page.page(kept["rows"], language)
    assert set(study_statistics_page.SOURCES_ZH) == set(study_statistics.SOURCES)


@LANGUAGES
def test_environments(language):
    rows = json.loads((DOCS / "environments.json").read_text(encoding="utf-8"))
    written = (DOCS / environments_page.PAGES[language]).read_text(encoding="utf-8")
    assert written == environments_page.page(rows, language)
