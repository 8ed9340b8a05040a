"""Every paragraph that an operator says of itself has a Chinese translation."""

import re
from collections import Counter

import polib

from paddle_resample.language.operator_texts import CATALOGUE, operator_text

from .operator_paragraphs import operator_paragraphs

ENTRIES = polib.pofile(str(CATALOGUE), encoding="utf-8")


def test_every_paragraph_is_translated():
    translated = {e.msgid for e in ENTRIES if e.msgstr}
    missing = [text for text in operator_paragraphs() if text not in translated]
    assert not missing, "run `make messages`, then translate in operators.zh.po"


def test_no_translation_is_left_over():
    said = operator_paragraphs()
    assert [e.msgid for e in ENTRIES if e.msgid not in said] == []


def test_prose_is_chinese():
    for entry in ENTRIES:
        prose = re.sub(r'"[^"]*"|`[^`]*`', "", entry.msgid)
        # Three words in a row, none of them of a formula or a name.
        if re.search(r"\b(?:the|of|is|are|by|as|with|where)\b", prose):
            assert re.search("[\u4e00-\u9fff]", entry.msgstr), entry.msgid


def test_translations_keep_what_is_quoted_as_code():
    for entry in ENTRIES:
        codes = [
            sorted(re.findall('`[^`]+`|"[^"]+"', text))
            for text in (entry.msgid, entry.msgstr)
        ]
        assert codes[0] == codes[1], entry.msgid


def test_translations_keep_the_numbers():
    for entry in ENTRIES:
        english, chinese = (
            Counter(re.findall(r"\d+(?:\.\d+)?", text))
            for text in (entry.msgid, entry.msgstr)
        )
        assert not english - chinese, entry.msgid  # "eight" may become 8


def test_english_stays_and_so_does_what_is_unknown():
    assert operator_text("textbook.", "en") == "textbook."
    assert operator_text("never said.", "zh") == "never said."
