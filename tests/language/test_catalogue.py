"""Sentences are found among the templates, and filled into their translations."""

import pytest

from paddle_resample.language.catalogue import Catalogue, holes

PAIRS = {
    "{path} is empty": "{path} 是空的",
    "error: {message}": "错误：{message}",
    "{where}: {text}": "{where}: {text}",
    "unknown {key} {value!r}{hint}": "未知的 {key} {value!r}{hint}",
    "; did you mean {near}?": "；你是否想写 {near}？",
    "; did you mean {near} or {near2}?": "；你是否想写 {near} 或 {near2}？",
    "{key} must be {kind}, not {value}": "{key} 应为{kind}，而不是 {value}",
    "a positive integer": "正整数",
    "{{name: ...}} of {key}": "{key} 的 {{name: ...}}",
    "{token} or {token2}": "{token} 或 {token2}",
    "guide": "引导图",
}


@pytest.fixture(scope="module")
def translate():
    return Catalogue(PAIRS).translate


@pytest.mark.parametrize(
    "english, chinese",
    [
        ("a.png is empty", "a.png 是空的"),
        ("error: a.png is empty", "错误：a.png 是空的"),
        ("error: a.yml, line 3: a.png is empty", "错误：a.yml, line 3: a.png 是空的"),
        ("unknown key 'is empty'", "未知的 key 'is empty'"),
        (
            "unknown mode 'a; b'; did you mean 'c'?",
            "未知的 mode 'a; b'；你是否想写 'c'？",
        ),
        (
            "unknown mode 'x'; did you mean 'c' or 'd'?",
            "未知的 mode 'x'；你是否想写 'c' 或 'd'？",
        ),
        ("n must be a positive integer, not 0", "n 应为正整数，而不是 0"),
        ("n must be 'a' or 'b', not 0", "n 应为 'a' 或 'b'，而不是 0"),
        ("{name: ...} of up", "up 的 {name: ...}"),
        ("guide", "引导图"),
        # The name of a key is no word.
        ("guide must be a positive integer, not 0", "guide 应为正整数，而不是 0"),
        ("a is empty\nb is empty\nso it goes", "a 是空的\nb 是空的\nso it goes"),
        ("a is empty; b is empty", "a 是空的；b 是空的"),
        ("a is full; b is empty", "a is full; b 是空的"),
        ("nobody knows this sentence", "nobody knows this sentence"),
        ("", ""),
    ],
)
def test_translation(translate, english, chinese):
    assert translate(english) == chinese


def test_most_words_win():
    both = {"{a}: {b}": "{a}：{b}", "{a}: {b} is {c}": "{a} 的 {b} 是 {c}"}
    assert Catalogue(both).translate("x: y is z") == "x 的 y 是 z"


def test_holes():
    assert holes("{a!r} {b} {{c}}") == ["a!r", "b"]
