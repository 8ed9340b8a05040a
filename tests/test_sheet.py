"""Texts on a sheet: Chinese ones, long ones, and those that no font has."""

import pytest

from paddle_resample import sheet as module
from paddle_resample.language.font import chinese_font
from paddle_resample.sheet import Sheet, wrap


def shown(text):
    return text.get_text()


def test_chinese_is_drawn_where_a_font_has_it():
    if chinese_font() is None:
        pytest.skip("no font with Chinese characters")
    sheet = Sheet(400, 80)
    narrow, wide = (sheet.text(0, 40, words, 8) for words in ("照片", "照片照片"))
    assert wide == pytest.approx(2 * narrow, rel=0.1)
    assert [shown(t) for t in sheet.figure.texts] == ["照片", "照片照片"]


def test_without_a_font_a_sign_stands_for_each_character(monkeypatch):
    monkeypatch.setattr(module, "chinese_font", lambda: None)
    sheet = Sheet(400, 80)
    sheet.text(0, 40, "a 照片.png", 8)
    assert shown(sheet.figure.texts[0]) == "a ??.png"


def test_english_looks_for_no_font(monkeypatch):
    monkeypatch.setattr(module, "chinese_font", lambda: pytest.fail("looked"))
    Sheet(400, 80).text(0, 40, "− 40 dB", 8)


def test_a_message_is_said_in_the_language_of_the_sheet(monkeypatch):
    monkeypatch.setattr(module, "_printable", str)
    for language, expected in (("en", "no weights"), ("zh", "无权重")):
        sheet = Sheet(400, 80, language=language)
        sheet.say(0, 40, "no weights", 8)
        assert shown(sheet.figure.texts[0]) == expected


def test_a_line_too_long_for_its_room_ends_in_an_ellipsis():
    sheet = Sheet(400, 80)
    assert sheet.text(0, 40, "one " * 40, 8, room=200) <= 200
    assert shown(sheet.figure.texts[0]).endswith("…")


@pytest.mark.parametrize("words", ["a_name_without_blanks" * 5, "one photograph " * 9])
def test_wrapped_lines_fit_and_lose_nothing(words):
    lines = wrap(words, 8, 300, weight="bold")
    sheet = Sheet(400, 80)
    assert max(sheet.text(0, 40, s, 8, weight="bold") for s in lines) <= 300
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
