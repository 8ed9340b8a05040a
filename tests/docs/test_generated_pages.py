"""Pages of kept numbers are what their generators write of them, in both languages."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def script(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@LANGUAGES
def test_starts(language):
    made = script(DOCS / "generate_starts.py")
    rows = json.loads((DOCS / "starts.json").read_text(encoding="utf-8"))
    written = (DOCS / made.PAGES[language]).read_text(encoding="utf-8")
    assert written == made.page(rows, language)


@LANGUAGES
def test_study_statistics(language):
    made = script(ROOT / "benchmarks" / "study_statistics.py")
    kept = json.loads((DOCS / "study_statistics.json").read_text(encoding="utf-8"))
    written = (DOCS / made.PAGES[language]).read_text(encoding="utf-8")
    assert written == made.page(kept["rows"], language)
    assert set(made.SOURCES_ZH) == set(made.SOURCES)
