"""Import Paddle without its warning about a compiler cache, and in the right order.

Paddle 2.6 reads PNG files only when OpenCV was loaded before it. Where Paddle is
missing, the program ends with one sentence instead of a stack trace.
"""

import contextlib
import sys
import warnings
from importlib import metadata

from . import cpu  # noqa: F401  which looks at what Paddle's import will change
from .language import asked_language, choose_language, translated
from .requirements import MissingPackage, require_paddle

__all__ = []


def _is_paddle_2():
    for name in ("paddlepaddle", "paddlepaddle-gpu"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            return metadata.version(name).startswith("2.")
    return False


def _one_sentence(kind, error, trace):
    """Python's last word on an exception that nobody caught."""
    if not issubclass(kind, MissingPackage):
        return _hook(kind, error, trace)
    choose_language(asked_language(sys.argv[1:]))
    print(translated(f"error: {error}"), file=sys.stderr)
    raise SystemExit(2)


_hook = sys.excepthook
if "paddle" not in sys.modules and _is_paddle_2():
    with contextlib.suppress(ImportError):
        import cv2  # noqa: F401
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="No ccache found")
    try:
        require_paddle()
    except MissingPackage:
        sys.excepthook = _one_sentence
        raise
