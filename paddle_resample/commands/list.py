"""List the registered operators. See docs/operators in the repository."""

from rich.console import Console

from ..catalogue import catalogue


def add_arguments(parser):
    pass


def run(args):
    Console().print(catalogue(), highlight=False)
