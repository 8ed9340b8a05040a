"""Figures speak Chinese where a font has its characters, else English."""

from types import SimpleNamespace

import pytest
from matplotlib import font_manager, rcParams

from paddle_resample.language import font


@pytest.fixture
def installed(monkeypatch):
    """Say which fonts there are."""

    def install(*names, files=()):
        known = [SimpleNamespace(name=name) for name in names]
        manager = SimpleNamespace(ttflist=known)
        manager.addfont = lambda path: known.append(SimpleNamespace(name=files[path]))
        monkeypatch.setattr(font_manager, "fontManager", manager)
        monkeypatch.setattr(font_manager, "findSystemFonts", lambda: list(files))
        font._advise.cache_clear()

    return install


def test_an_installed_font_is_behind_the_latin_one(installed):
    installed("DejaVu Sans", "SimHei")
    before = list(rcParams["font.family"])
    with font.figure_language("zh") as language:
        assert language == "zh"
        assert rcParams["font.family"] == ["DejaVu Sans", "SimHei"]
    assert rcParams["font.family"] == before


def test_a_font_installed_since_matplotlib_looked_is_found(installed):
    files = {"/f/other.ttf": "Other", "/f/wqy-zenhei.ttc": "WenQuanYi Zen Hei"}
    installed("DejaVu Sans", files=files)
    assert font.chinese_font() == "WenQuanYi Zen Hei"


def test_without_a_font_figures_are_english_and_one_sentence_says_why(
    installed, capsys
):
    installed("DejaVu Sans")
    for _ in range(2):
        with font.figure_language("zh") as language:
            assert language == "en"
    assert capsys.readouterr().err.count("apt install fonts-noto-cjk") == 1


def test_english_looks_for_no_font(monkeypatch):
    monkeypatch.setattr(font, "chinese_font", lambda: pytest.fail("looked"))
    with font.figure_language("en") as language:
        assert language == "en"
