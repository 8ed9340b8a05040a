"""Import Paddle without its warning about a compiler cache, and in the right order.

Paddle 2.6 reads PNG files only when OpenCV was loaded before it. Where Paddle is
missing, the program ends with one sentence instead of a stack trace.
"""

import contextlib
import functools
import importlib.util
import os
import re
import sys
import tempfile
from pathlib import Path

from . import cpu  # noqa: F401  which looks at what Paddle's import will change
from .language import asked_language, choose_language, translated
from .late_imports import importing, late_imports
from .requirements import MissingPackage, can_be_made, require_paddle

__all__ = []


# Clients for downloads; what builds extensions imports setuptools.
_BUILDER = "paddle.utils.cpp_extension"
_LATE = ("httpx", _BUILDER, f"{_BUILDER}.extension_utils")


def _is_paddle_2():
    spec = importlib.util.find_spec("paddle")
    for folder in (spec and spec.submodule_search_locations) or ():
        with contextlib.suppress(OSError):
            text = (Path(folder) / "version" / "__init__.py").read_text("utf-8")
            return bool(re.search(r"^full_version\s*=\s*'2\.", text, re.MULTILINE))
    return False


def _one_sentence(kind, error, trace):
    """Python's last word on an exception that nobody caught."""
    if not issubclass(kind, MissingPackage):
        return _hook(kind, error, trace)
    choose_language(asked_language(sys.argv[1:]))
    print(translated(f"error: {error}"), file=sys.stderr)
    raise SystemExit(2)


def _trace_elsewhere():
    """Paddle writes what it traces at home; where that fails, to a temporary folder."""
    from paddle.jit.dy2static import utils

    if not can_be_made(os.path.expanduser("~/.cache/paddle/to_static_tmp")):
        utils.get_temp_dir = functools.lru_cache(maxsize=None)(
            lambda: tempfile.mkdtemp(prefix="to_static-")  # which Paddle removes
        )


_hook = sys.excepthook
if "paddle" not in sys.modules and _is_paddle_2():
    with contextlib.suppress(ImportError):
        import cv2  # noqa: F401
with importing(), late_imports(_LATE):
    try:
        require_paddle()
    except MissingPackage:
        sys.excepthook = _one_sentence
        raise
    _trace_elsewhere()
