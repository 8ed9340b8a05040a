"""What an operator says of itself as Markdown: in a language, escaped and linked."""

import functools
import re

from paddle_resample import resampler_class, resampler_names
from paddle_resample.language.operator_texts import operator_text

__all__ = ["escaped", "file_name", "markdown"]


def file_name(name, language):
    """The file of an operator's page in a language, "en" or "zh"."""
    return f"{name}.md" if language == "en" else f"{name}.{language}.md"


def markdown(paragraph, name, language):
    """A paragraph of an operator's docstring or notes for its page.

    Args:
        paragraph: English, on one line.
        name: registry name of the operator that says it.
        language: "en" or "zh".

    Returns:
        str: where other operators are named, their pages are linked.
    """
    pages, telling = _names()

    def linked(shown, named):
        page = pages[named]
        return shown if page == name else f"[{shown}]({file_name(page, language)})"

    parts = []
    for part in re.split(r"(`[^`]+`)", operator_text(paragraph, language)):
        if not part.startswith("`"):
            part = telling.sub(lambda match: linked(match[0], match[0]), escaped(part))
        elif part.strip("`") in pages:
            part = linked(part, part.strip("`"))
        parts.append(part)
    return "".join(parts)


def escaped(text):
    r"""Keep formulas from being read as Markdown, by GitHub and by the site.

    >>> print(escaped("k*k <q, k>"))
    k\*k &lt;q, k>
    """
    # Python-Markdown, of which the site is made, takes no backslash before these two.
    text = text.replace("<", "&lt;").replace("~", "&#126;")
    return re.sub(r"([*|]|\](?=\())", r"\\\1", text)


@functools.cache
def _names():
    """Every name of an operator -> its page; and those that are no common words, with
    an underscore or a capital, as a pattern."""
    pages = {name: name for name in resampler_names()}
    pages.update(
        {resampler_class(n).__name__: n for n in resampler_names() if "_" in n}
    )
    telling = "|".join(n for n in pages if "_" in n or n != n.lower())
    # Chinese, which is no \w in ASCII, may stand right beside a name.
    return pages, re.compile(rf"(?a)(?<![\w.\"])(?:{telling})(?![\w(\"])")
