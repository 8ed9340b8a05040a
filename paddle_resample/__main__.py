"""python -m paddle_resample SCRIPT ARGS...: run a PaddleSeg script as it is, with our
networks and data sets registered and PaddleSeg repaired."""

import os
import runpy
import sys

import paddle_resample  # noqa: F401  registers and repairs


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print("usage: python -m paddle_resample SCRIPT.py [arguments of the script]")
        sys.exit(0 if len(sys.argv) > 1 else 2)
    script = sys.argv[1]
    if not os.path.isfile(script):
        print(f"error: script {script!r} does not exist", file=sys.stderr)
        sys.exit(2)
    sys.argv = sys.argv[1:]
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
