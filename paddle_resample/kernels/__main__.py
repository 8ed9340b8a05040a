"""Native kernels from the command line.

python -m paddle_resample.kernels build     compile them now, also if it failed before
python -m paddle_resample.kernels status    what is in use, and why
"""

import sys

from paddle_resample.errors import UsageError
from paddle_resample.kernels import build, status
from paddle_resample.tool import run_tool


def main():
    words = sys.argv[1:]
    if words == ["build"]:
        _build()
    elif words == ["status"]:
        print("native kernels are", status())
    elif words in (["-h"], ["--help"]):
        print(__doc__.strip())
    else:
        raise UsageError("give build or status; see --help")


def _build():
    try:
        print(build.build(again=True))
    except build.BuildError as error:
        raise UsageError(f"no native kernels: {error}") from None


if __name__ == "__main__":
    run_tool(main)
