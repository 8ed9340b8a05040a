"""All words of studies and their reports: one place for each language."""

from ...errors import UsageError, did_you_mean
from .chinese import CHINESE
from .english import ENGLISH

__all__ = ["WORDS", "words_of"]

WORDS = {"en": ENGLISH, "zh": CHINESE}


def words_of(language):
    """The words of a language.

    Args:
        language: "en" or "zh".

    Returns:
        dict.

    Raises:
        UsageError: another one.
    """
    if language not in WORDS:
        raise UsageError(f"language {language!r}{did_you_mean(language, WORDS)}")
    return WORDS[language]
