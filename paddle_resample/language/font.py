"""A font with Chinese characters for figures, where the system has one."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["chinese_font", "figure_language"]

# Simplified Chinese first; the last, Noto's Japanese face, has the characters too.
_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "PingFang HK",
    "Heiti SC",
    "Heiti TC",
    "Hiragino Sans GB",
    "Arial Unicode MS",
    "Noto Sans CJK JP",
)
_FILES = ("cjk", "notosanssc", "sourcehan", "wqy", "msyh", "simhei", "pingfang")
_FILES += ("heiti", "hiragino")
_ADVICE = "未找到中文字体，图中文字为英文；请安装一种，例如 apt install fonts-noto-cjk"


@contextlib.contextmanager
def figure_language(wanted: str) -> Iterator[str]:
    """The language of the words in figures that are drawn and saved within.

    Args:
        wanted: "en" or "zh".

    Yields:
        wanted; "en" where no font has its characters, which stderr says once.
    """
    family = chinese_font() if wanted == "zh" else None
    if family is None:
        if wanted == "zh":
            _advise()
        yield "en"
        return
    from matplotlib import rc_context

    with rc_context({"font.family": ["DejaVu Sans", family]}):
        yield wanted


def chinese_font() -> str | None:
    """The family of an installed font with Chinese characters, or None."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    found = _known(fontManager)
    if found is None:  # Matplotlib remembers the fonts of its first run
        for path in findSystemFonts():
            name = Path(path).name.lower()
            if any(part in name for part in _FILES):
                with contextlib.suppress(OSError, RuntimeError):
                    fontManager.addfont(path)
        found = _known(fontManager)
    return found


def _known(manager):
    names = {font.name for font in manager.ttflist}
    return next((family for family in _FAMILIES if family in names), None)


@functools.cache
def _advise():
    print(_ADVICE, file=sys.stderr)
