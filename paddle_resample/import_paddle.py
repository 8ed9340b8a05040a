"""Import Paddle without its warning about a compiler cache, and in the right order.

Paddle 2.6 reads PNG files only when OpenCV was loaded before it.
"""

import contextlib
import sys
import warnings
from importlib import metadata

from . import cpu  # noqa: F401  which looks at what Paddle's import will change

__all__ = []


def _is_paddle_2():
    for name in ("paddlepaddle", "paddlepaddle-gpu"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            return metadata.version(name).startswith("2.")
    return False


if "paddle" not in sys.modules and _is_paddle_2():
    with contextlib.suppress(ImportError):
        import cv2  # noqa: F401
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="No ccache found")
    import paddle  # noqa: F401
