"""Everything that a command says has a Chinese counterpart with the same holes."""

import polib
import pytest

from paddle_resample.language.catalogue import Catalogue, Template, holes

from .source_templates import command_texts, required_templates, shape, templates
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
