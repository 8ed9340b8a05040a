"""Everything that a command says has a Chinese counterpart with the same holes."""

import re

import polib
import pytest

from paddle_resample.language.catalogue import Catalogue, Template, holes

from .source_templates import (
    PACKAGE,
    command_texts,
    required_templates,
    shape,
    templates,
)
from .update_messages import BY_HAND, CATALOGUE


@pytest.fixture(scope="module")
def entries():
    return polib.pofile(str(CATALOGUE), encoding="utf-8", check_for_duplicates=True)


@pytest.fixture(scope="module")
def said():
    """What the source says: template -> file."""
    return {**required_templates(), **command_texts()}


def test_every_sentence_of_the_source_is_there(entries, said):
    known = {shape(entry.msgid) for entry in entries if entry.msgstr}
    lacking = [f"{said[text]}: {text}" for text in said if shape(text) not in known]
    assert lacking == [], "run make messages, and translate"


def test_nothing_is_there_that_nobody_says(entries, said):
    every = {shape(text) for text in (*templates(), *said)}
    stale = [
        entry.msgid
        for entry in entries
        if entry.comment != BY_HAND and shape(entry.msgid) not in every
    ]
    assert stale == []


def test_translations_have_the_holes_of_their_sentence(entries):
    wrong = [e.msgid for e in entries if holes(e.msgid) != holes(e.msgstr)]
    assert wrong == []


def test_every_translation_is_found_by_its_own_sentence(entries):
    """No other template takes a sentence away from its own."""
    pairs = {entry.msgid: entry.msgstr for entry in entries}
    catalogue = Catalogue(pairs)
    taken = []
    for english, chinese in pairs.items():
        values = {}
        for number, (name, *others) in enumerate(Template(english, "").groups):
            value = f"'{number}'" if name.endswith("!r") else f"<{number}>"
            values.update({name: value, **dict.fromkeys(others, "")})
        finished = Template("", english).filled(values)
        expected = Template("", chinese).filled(values)
        if catalogue.translate(finished) != expected:
            taken.append((finished, catalogue.translate(finished)))
    assert taken == []


def test_a_page_is_named_by_the_language_and_where_it_is(entries):
    """A wheel has no pages: they are in the repository."""
    named = [e for e in entries if re.search(r"\bdocs/", e.msgid)]
    assert named
    for entry in named:
        assert re.search(r"\bdocs/[\w.]+ in the repository", entry.msgid), entry.msgid
        (page,) = re.findall(r"仓库中的 (docs/[\w./]+\.zh\.md)", entry.msgstr)
        assert (PACKAGE.parent / page).exists()


@pytest.mark.parametrize(
    "english, chinese",
    [
        (
            "Net: up has no 'name', as a spec has, and 'lost' is no site; did you mean "
            "'last'?",
            "Net: up 没有 spec 应有的 'name'，而 'lost' 不是分辨率变化处；"
            "你是否想写 'last'？",
        ),
        (
            "a.yml, line 29: val_dataset: has no type, which names the data set; "
            "'type' may be misspelt; did you mean 'tpye'",
            "a.yml 第 29 行: val_dataset: 没有 type，它应是数据集的名称；'"
            "type' 可能拼写有误；"
            "你是否想写 'tpye'",
        ),
        (
            "list 'a.txt', line 3: 'c,e' is not an image and a label separated by "
            "white space; set separator: ',' of the data set",
            "列表 'a.txt' 第 3 行：'c,e' 不是以空白分隔的图像和标签；"
            "请在数据集中设 separator: ','",
        ),
        (
            "a.yml: data.mode: mode must be one of train, val, test, not 0.5 (1 more: "
            "python -m paddle_resample check lists them)",
            "a.yml: data.mode: mode 应为 train, val, test 之一，而不是 0.5（另有 1 处："
            "python -m paddle_resample check 会全部列出）",
        ),
        (
            "the official weights do not fit CARAFE: 2 missing (a, b); 1 of another "
            "shape (c [3] for [2])",
            "官方权重与 CARAFE 不符：缺少 2 个（a, b）；1 个形状不同（c [3] for [2]）",
        ),
        (
            "save_dir 'run' cannot be written (No space left on device run/x); the "
            "checkpoints already in it are whole: make room and continue with "
            "--resume_model auto",
            "save_dir 'run' 无法写入（设备上没有空间 run/x）；其中已有的检"
            "查点是完整的："
            "请腾出空间，再用 --resume_model auto 继续",
        ),
        (
            "carafe: groups=3 must divide in_channels=8; 2 and 4 do",
            "carafe: groups=3 必须整除 in_channels=8；2 和 4 可以",
        ),
        (
            "error: a.yml, line 2: lr_scheduler: end_lr 2 must be above start_lr 5",
            "错误：a.yml 第 2 行: lr_scheduler: end_lr 2 must be above start_lr 5",
        ),
    ],
)
def test_sentences_within_sentences(entries, english, chinese):
    catalogue = Catalogue({entry.msgid: entry.msgstr for entry in entries})
    assert catalogue.translate(english) == chinese
