"""Native kernels from the command line.

python -m paddle_resample.kernels build     compile them now, also if it failed before
python -m paddle_resample.kernels status    what is in use, and why; the settings that
                                            tools make for a CPU
"""

import sys

import paddle

from paddle_resample.cpu import tune_cpu
from paddle_resample.errors import UsageError
from paddle_resample.kernels import build, choice, conv2d, status
from paddle_resample.language import translated
from paddle_resample.tool import run_tool


def main():
    words = sys.argv[1:]
    if words == ["build"]:
        _build()
    elif words == ["status"]:
        print(translated(f"native kernels are {status()}"))
        print(translated(f"convolution is {convolution()}"))
        print(*(translated(str(setting)) for setting in tune_cpu()), sep="\n")
    elif words in (["-h"], ["--help"]):
        print(__doc__.strip())
    else:
        raise UsageError("give build or status; see --help")


def convolution():
    if not status().startswith("on"):
        return "Paddle's, without the kernels"
    choice.native("conv2d", paddle.ones([1]))  # loads them
    reason = conv2d.obstacle()
    return "oneDNN's" if reason is None else f"Paddle's: {reason}"


def _build():
    try:
        print(build.build(again=True))
    except build.BuildError as error:
        raise UsageError(f"no native kernels: {error}") from None


if __name__ == "__main__":
    run_tool(main)
