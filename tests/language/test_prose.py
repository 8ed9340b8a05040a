"""Paragraphs of Chinese fill a terminal's lines, and lose nothing."""

import pytest
from rich.cells import cell_len
from rich.console import Console

from paddle_resample.language.prose import Prose, wrapped

MIXED = "卷积的核 (2*i, 2*j) 与引导图相同，见“来源”；否则为 0.254（默认值）。 ” “ 末"


@pytest.mark.parametrize("width", range(12, 40))
def test_no_line_is_too_long_and_no_letter_is_lost(width):
    lines = wrapped(MIXED, width)
    assert max(map(cell_len, lines)) <= width
    assert "".join("".join(lines).split()) == "".join(MIXED.split())
    assert not [line for line in lines if line[0] in "，。；）"]
    assert not [line for line in lines if line[-1] in "（"]


def test_english_is_broken_at_its_spaces():
    assert wrapped("no line is too long", 8) == ["no line", "is too", "long"]


def test_a_word_too_long_for_a_line_is_broken_behind_a_mark():
    assert wrapped("a conv_transpose(x=1) b", 8) == ["a conv_", "transpos", "e(x=1) b"]
    assert "".join(wrapped("x" * 20, 8)) == "x" * 20


def test_a_console_says_how_wide_it_is():
    console = Console(width=20)
    with console.capture() as capture:
        console.print(Prose("一二三四五六七八九十，甲乙", "one word"))
    assert capture.get().splitlines() == ["一二三四五六七八九", "十，甲乙", "one word"]
