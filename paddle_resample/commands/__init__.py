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

from ..errors import UsageError, nearest
from ..language import LANGUAGES, asked_language, choose_language, language, translated
from ..late_imports import importing
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
    script = bool(words) and words[0].endswith(".py")
    asked = None if script else asked_language(words)
    if words and words[0].startswith("--lang"):
        words = words[1 if "=" in words[0] else 2 :]
    if not command and words:
        program = f"{program} {words[0]}"
    run_tool(lambda: _run(words, program), asked)


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
        args = parser.parse_args(words[1:])
        if args.lang:
            choose_language(args.lang)  # also where it is abbreviated
        del args.lang
        module.run(args)
    else:
        hint = nearest(name, COMMANDS) if words else ""
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
    with importing():
        module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    parser = CommandParser(
        prog=program, description=module.__doc__, formatter_class=CommandHelp
    )
    module.add_arguments(parser)
    add_language(parser)
    return module, parser


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add --lang, which every command has."""
    text = "language of what is said; default: that of LC_ALL, LC_MESSAGES or LANG"
    parser.add_argument("--lang", choices=LANGUAGES, help=text)


class CommandParser(argparse.ArgumentParser):
    """A parser whose complaints are in the language in use."""

    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(2, translated(f"{self.prog}: error: {message}") + "\n")


class CommandHelp(argparse.RawDescriptionHelpFormatter):
    """Help with the description as it is written, and with the default of each flag."""

    def _get_help_string(self, action):
        text = action.help or ""
        plain = action.default in (None, False, argparse.SUPPRESS)
        said = translated(text)
        if plain or "default" in text:
            return said
        return said + translated(" (default: %(default)s)")

    def add_usage(self, usage, actions, groups, prefix=None):
        super().add_usage(usage, actions, groups, prefix or translated("usage: "))

    def start_section(self, heading):
        super().start_section(translated(heading or ""))

    def _fill_text(self, text, width, indent):
        if language() == "en":
            return super()._fill_text(text, width, indent)
        from ..language.help_texts import described

        return described(text, width)

    def _split_lines(self, text, width):
        if language() == "en":
            return super()._split_lines(text, width)
        from ..language.help_texts import wrapped

        return wrapped(text, width)


def _help():
    lines = [f"  {name:<12}{translated(text)}" for name, text in COMMANDS.items()]
    return "\n".join(
        [
            translated(
                f"paddle_resample {__version__}: up- and downsampling operators"
            ),
            "",
            *lines,
            f"  {'SCRIPT.py':<12}{translated(_SCRIPT)}",
            "",
            translated("--help behind any of them tells its options."),
        ]
    )
