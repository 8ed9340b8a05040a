"""The language that was asked for, on the command line or by the locale."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence

__all__ = ["LANGUAGES", "asked_language", "choose_language", "language"]

LANGUAGES = ("en", "zh")
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides
_chosen = "en"  # of those who import the package


def language() -> str:
    """The language in use, "en" or "zh"."""
    return _chosen


def choose_language(wanted: str | None = None) -> str:
    """Choose the language of everything that is said from now on.

    Args:
        wanted: "en" or "zh"; None takes the locale's, by LC_ALL, LC_MESSAGES and LANG.

    Returns:
        The language.
    """
    global _chosen
    _chosen = wanted or _language_of_locale()
    if _chosen != "en":
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(AttributeError, ValueError):
                stream.reconfigure(errors="backslashreplace")
    return _chosen


def asked_language(words: Sequence[str]) -> str | None:
    """The value of --lang in a command line, before its parser is built.

    >>> asked_language(["--config", "a.yml", "--lang=zh"])
    'zh'
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--lang", nargs="?")
    wanted = parser.parse_known_args(list(words))[0].lang
    return wanted if wanted in LANGUAGES else None  # the command's parser refuses it


def _language_of_locale():
    locale = next((v for v in map(os.environ.get, _VARIABLES) if v), "")
    for end in "._@":
        locale = locale.partition(end)[0]
    return "zh" if locale.lower() == "zh" and _stdout_has_chinese() else "en"


def _stdout_has_chinese():
    try:
        "中文".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
