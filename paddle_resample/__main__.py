"""The package from the command line.

python -m paddle_resample list             the registered operators
python -m paddle_resample show NAME        one of them in full
python -m paddle_resample SCRIPT.py ...    run a PaddleSeg script as it is, with our
                                           networks and data sets registered and
                                           PaddleSeg repaired
"""

import os
import runpy
import sys

import paddle_resample  # noqa: F401  registers and repairs
from paddle_resample.bridge.tool import run_tool
from paddle_resample.errors import UsageError


def main():
    words = sys.argv[1:]
    if words in (["-h"], ["--help"]):
        print(__doc__.strip())
    elif words == ["list"]:
        _print("catalogue")
    elif words[:1] == ["show"] and len(words) == 2:
        _print("describe", words[1])
    elif words and words[0].endswith(".py"):
        _run_script(words[0])
    else:
        raise UsageError("give list, show NAME or the path of a .py script; see --help")


def _print(function, *arguments):
    from rich.console import Console

    from paddle_resample import catalogue

    Console().print(getattr(catalogue, function)(*arguments), highlight=False)


def _run_script(script):
    if not os.path.isfile(script):
        raise UsageError(f"script {script!r} does not exist")
    sys.argv = sys.argv[1:]
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    run_tool(main)
