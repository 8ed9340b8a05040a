"""Print what makes a shell complete commands, flags and files.

    %(prog)s bash > ~/.local/share/bash-completion/completions/paddle-resample
    %(prog)s zsh > a_folder_of_your_fpath/_paddle-resample

A file with that text can also be sourced in ~/.bashrc or ~/.zshrc.
"""

import argparse
from pathlib import Path

import shtab

from . import COMMANDS, add_language, command_parser

__all__ = ["add_arguments", "run", "script"]

_EVALUATED = "if [[ $zsh_eval_context[-1] == eval ]]; then\n"
_EVALUATED_OR_SOURCED = """\
if [[ $zsh_eval_context[-1] == (eval|file) ]]; then
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
"""


def add_arguments(parser):
    parser.add_argument("shell", choices=["bash", "zsh"])


def run(args):
    print(script(args.shell))


def script(shell: str) -> str:
    """What a shell reads, by `source` or from a folder of completions."""
    text = shtab.complete(whole_parser(), shell=shell)
    if shell == "zsh":  # shtab's registers nothing when it is sourced
        text = text.replace(_EVALUATED, _EVALUATED_OR_SOURCED)
    return text


def whole_parser():
    """One parser of all commands, each with its flags."""
    whole = argparse.ArgumentParser(prog="paddle-resample")
    commands = whole.add_subparsers()
    for name, text in COMMANDS.items():
        module, _ = command_parser(name, f"paddle-resample {name}")
        parser = commands.add_parser(name, help=text.replace("%", "%%"))
        module.add_arguments(parser)
        add_language(parser)
        for action in parser._actions:
            if _takes_a_path(action):
                action.complete = shtab.FILE
    return whole


def _takes_a_path(action):
    if action.choices or action.nargs == 0 or action.type not in (None, Path):
        return False
    names = ("config", "path", "dir", "image", "study", "pilot", "model", "source")
    names += ("target", "compare")
    return any(name in action.dest for name in names)
