"""The package from the command line.

python -m paddle_resample list             the registered operators
python -m paddle_resample show NAME        one of them in full
python -m paddle_resample sites CONFIG     where the model of a configuration changes
                                           the resolution
python -m paddle_resample check CONFIG     what training it would mean: every mistake in
                                           it, cost, memory and time
python -m paddle_resample check-data CONFIG    every file that cannot be used, classes,
                                           duplicates; both take [--opts KEY=VALUE ...],
                                           check also [--no_data] [--device DEVICE]
python -m paddle_resample SCRIPT.py ...    run a PaddleSeg script as it is, with our
                                           networks and data sets registered and
                                           PaddleSeg repaired
"""

import argparse
import os
import runpy
import sys

import paddle_resample.seg  # noqa: F401  registers and repairs
from paddle_resample.errors import UsageError
from paddle_resample.tool import run_tool


def main():
    words = sys.argv[1:]
    if words in (["-h"], ["--help"]):
        print(__doc__.strip())
    elif words == ["list"]:
        _print("catalogue")
    elif words[:1] == ["show"] and len(words) == 2:
        _print("describe", words[1])
    elif words[:1] == ["sites"] and len(words) == 2:
        _sites(words[1])
    elif words[:1] == ["check"]:
        _check(words[1:])
    elif words[:1] == ["check-data"]:
        _check_data(words[1:])
    elif words and words[0].endswith(".py"):
        _run_script(words[0])
    else:
        raise UsageError(
            "give list, show NAME, sites CONFIG, check CONFIG, check-data CONFIG or "
            "the path of a .py script; see --help"
        )


def _print(function, *arguments):
    from rich.console import Console

    from paddle_resample import catalogue

    Console().print(getattr(catalogue, function)(*arguments), highlight=False)


def _sites(config):
    from paddle_resample.seg.surgery.command import print_sites

    print_sites(config)


def _check(words):
    from paddle_resample.seg.check_config import print_check

    parser = _config_parser("check")
    parser.add_argument("--no_data", action="store_true", help="use noise instead")
    parser.add_argument("--device", help="as of tools/train.py")
    args = parser.parse_args(words)
    print_check(args.config, args.opts, args.device, with_data=not args.no_data)


def _check_data(words):
    from paddle_resample.seg.check_data import print_check_data

    args = _config_parser("check-data").parse_args(words)
    print_check_data(args.config, args.opts)


def _config_parser(command):
    parser = argparse.ArgumentParser(prog=f"python -m paddle_resample {command}")
    parser.add_argument("config", help="configuration, .yml")
    parser.add_argument("--opts", nargs="+", help="key=value ..., as of tools/train.py")
    return parser


def _run_script(script):
    if not os.path.isfile(script):
        raise UsageError(f"script {script!r} does not exist")
    sys.argv = sys.argv[1:]
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    run_tool(main)
