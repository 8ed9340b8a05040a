"""The package from the command line.

python -m paddle_resample list             the registered operators
python -m paddle_resample show NAME        one of them in full
python -m paddle_resample sites CONFIG     where the model of a configuration changes
                                           the resolution
python -m paddle_resample check CONFIG     what training it would mean: every mistake in
                                           it, cost, memory and time
python -m paddle_resample check-data CONFIG    every file that cannot be used, classes,
                                           duplicates
python -m paddle_resample SCRIPT.py ...    run a PaddleSeg script as it is, with our
                                           networks and data sets registered and
                                           PaddleSeg repaired

--help behind any of them tells its options.
"""

import argparse
import os
import runpy
import sys

import paddle_resample.seg  # noqa: F401  registers and repairs
from paddle_resample.errors import UsageError, did_you_mean
from paddle_resample.tool import run_tool


def main():
    words = sys.argv[1:]
    if words[:1] in (["-h"], ["--help"]):
        print(__doc__.strip())
    elif words and words[0].endswith(".py"):
        _run_script(words[0])
    elif words and words[0] in _COMMANDS:
        add_arguments, run = _COMMANDS[words[0]]
        parser = argparse.ArgumentParser(
            prog=f"python -m paddle_resample {words[0]}",
            description=f"{run.__doc__} See docs/{_PAGES[words[0]]}.",
        )
        add_arguments(parser)
        run(parser.parse_args(words[1:]))
    else:
        hint = did_you_mean(words[0], _COMMANDS) if words else ""
        raise UsageError(
            "give list, show NAME, sites CONFIG, check CONFIG, check-data CONFIG or "
            f"the path of a .py script{hint}; see --help"
        )


def _list(args):
    """List the registered operators."""
    from paddle_resample import catalogue

    _print(catalogue.catalogue())


def _show(args):
    """Describe one operator: source, grid, options, cost."""
    from paddle_resample import catalogue

    _print(catalogue.describe(args.name))


def _print(text):
    from rich.console import Console

    Console().print(text, highlight=False)


def _sites(args):
    """List where the model of a configuration changes the resolution."""
    from paddle_resample.seg.surgery.command import print_sites

    print_sites(args.config)


def _check(args):
    """Find every mistake in a configuration; train and evaluate it for a moment."""
    from paddle_resample.seg.check_config import print_check

    print_check(args.config, args.opts, args.device, with_data=not args.no_data)


def _check_data(args):
    """Look at every file of a configuration's data."""
    from paddle_resample.seg.check_data import print_check_data

    print_check_data(args.config, args.opts)


def _name(parser):
    parser.add_argument("name", help="of the operator, as list has it")


def _config(parser):
    parser.add_argument("config", help="configuration, .yml")


def _config_and_options(parser):
    _config(parser)
    text = "values that replace the configuration's, as of tools/train.py; default none"
    parser.add_argument("--opts", nargs="+", metavar="KEY=VALUE", help=text)


def _check_options(parser):
    from paddle_resample.seg.flags import add_device

    _config_and_options(parser)
    text = "use noise of the images' size instead of the data; default: read a batch"
    parser.add_argument("--no_data", action="store_true", help=text)
    add_device(parser)


_COMMANDS = {
    "list": (lambda parser: None, _list),
    "show": (_name, _show),
    "sites": (_config, _sites),
    "check": (_check_options, _check),
    "check-data": (_config_and_options, _check_data),
}
_PAGES = {
    "list": "operators",
    "show": "operators",
    "sites": "surgery.md",
    "check": "paddleseg.md",
    "check-data": "data.md",
}


def _run_script(script):
    if not os.path.isfile(script):
        raise UsageError(f"script {script!r} does not exist")
    sys.argv = sys.argv[1:]
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    run_tool(main)
