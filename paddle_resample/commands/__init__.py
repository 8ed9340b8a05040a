"""The commands, one a file: `paddle-resample NAME`, `python -m paddle_resample NAME`,
and tools/*.py for those that PaddleSeg has too.

A command's file has a docstring, which --help shows, `add_arguments(parser)` and
`run(args)`. It is imported when it is asked for: those that know PaddleSeg need it.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from ..errors import UsageError, did_you_mean
from ..tool import run_tool
from ..version import __version__
from .script import run_script

__all__ = ["COMMANDS", "command_parser", "main"]

# What --help says of each, in its order.
COMMANDS = {
    "train": "train the model of a configuration",
    "val": "evaluate its weights",
    "predict": "predict pictures, with one model or several side by side",
    "export": "export it for Paddle Inference and ONNX",
    "compare": "shrink a photograph and restore it with every upsampler",
    "lab": "measure what operators do, without training them",
    "study": "a grid of trainings, paired statistics, a report",
    "ceiling": "what an upsampler can matter at most on your labels",
    "check": "every mistake in a configuration, and what training it would mean",
    "check-data": "every file that cannot be used, classes, duplicates",
    "sites": "where the model of a configuration changes the resolution",
    "list": "the registered operators",
    "show": "one of them in full",
    "convert": "weights between .pdparams and .safetensors",
    "configs": "list and copy the configurations that come with the package",
    "demo": "train two small U-Nets that differ in one word, and compare them",
    "doctor": "what is installed, what is off, and the command that mends it",
    "completion": "of commands and flags, for bash and zsh",
}
_SCRIPT = "run a PaddleSeg script as it is, with our networks and data sets registered"


def main(
    command: Sequence[str] = (),
    program: str = "paddle-resample",
    words: Sequence[str] | None = None,
) -> None:
    """Run the command that the command line names, and leave with its status.

    Args:
        command: its name, where the program is one command alone.
        program: what the user typed before the words, for the help.
        words: the command line behind the program; default sys.argv's.
    """
    words = [*command, *(sys.argv[1:] if words is None else words)]
    if not command and words:
        program = f"{program} {words[0]}"
    run_tool(lambda: _run(words, program))


def _run(words, program):
    name = words[0] if words else ""
    if name in ("-h", "--help"):
        print(_help())
    elif name == "--version":
        print(f"paddle_resample {__version__}")
    elif name.endswith(".py"):
        run_script(words)
    elif name in COMMANDS:
        module, parser = command_parser(name, program)
        module.run(parser.parse_args(words[1:]))
    else:
        hint = did_you_mean(name, COMMANDS) if words else ""
        raise UsageError(
            f"give a command ({', '.join(COMMANDS)}) or the path of a .py script"
            f"{hint}; see --help"
        )


def command_parser(name: str, program: str):
    """The module of a command and the parser of its command line.

    Args:
        name: one of COMMANDS.
        program: what the user typed up to its name.

    Returns:
        (module, argparse.ArgumentParser).
    """
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    parser = argparse.ArgumentParser(
        prog=program, description=module.__doc__, formatter_class=CommandHelp
    )
    module.add_arguments(parser)
    return module, parser


class CommandHelp(argparse.RawDescriptionHelpFormatter):
    """Help with the description as it is written, and with the default of each flag."""

    def _get_help_string(self, action):
        text = action.help or ""
        plain = action.default in (None, False, argparse.SUPPRESS)
        if plain or "default" in text:
            return text
        return f"{text} (default: %(default)s)"


def _help():
    lines = [f"  {name:<12}{text}" for name, text in COMMANDS.items()]
    return "\n".join(
        [
            f"paddle_resample {__version__}: up- and downsampling operators",
            "",
            *lines,
            f"  {'SCRIPT.py':<12}{_SCRIPT}",
            "",
            "--help behind any of them tells its options.",
        ]
    )
