"""Describe one operator: source, grid, options, cost. See docs/operators in the
repository.
"""

from rich.console import Console

from ..catalogue import describe


def add_arguments(parser):
    parser.add_argument("name", help="of the operator, as list has it")


def run(args):
    Console().print(describe(args.name), highlight=False)
