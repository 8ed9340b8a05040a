"""Anybody's PaddleSeg script, with our components registered and PaddleSeg repaired."""

import importlib
import os
import runpy
import sys

from ..errors import UsageError

__all__ = ["run_script"]


def run_script(words):
    """Run a script as `python SCRIPT.py ...` would.

    The PaddleSeg of the checkout that the script lies in (./paddleseg beside ./tools)
    is the one that is imported and repaired, before an installed one.

    Args:
        words: path of the script and its own command line.
    """
    script = words[0]
    if not os.path.isfile(script):
        raise UsageError(f"script {script!r} does not exist")
    folder = os.path.dirname(os.path.abspath(script))
    for checkout in (os.path.dirname(folder), folder):
        if os.path.isfile(os.path.join(checkout, "paddleseg", "__init__.py")):
            sys.path.insert(0, checkout)
    importlib.import_module("paddle_resample.seg")  # registers and repairs
    sys.argv = list(words)
    sys.path.insert(0, folder)
    runpy.run_path(script, run_name="__main__")
