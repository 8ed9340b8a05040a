"""What an operator declares for its page in the documentation."""

from __future__ import annotations

import inspect
from typing import NamedTuple

__all__ = ["Notes", "paragraphs"]


class Notes(NamedTuple):
    """Facts of an operator that its docstring leaves out.

    `python -m paddle_resample show NAME` and the pages in docs/operators print them.
    Each is plain text in lines of any length; a blank line separates paragraphs.

    Attributes:
        grid: where the centre of an output pixel lies, what is read outside of x, and
            what becomes of odd sizes.
        cost: parameters and multiply-accumulates in closed form.
        formula: equations and variants, beyond the summary.
        initialization: how the weights are initialized, and what the operator computes
            then; empty for an operator without weights.
    """

    grid: str = ""
    cost: str = ""
    formula: str = ""
    initialization: str = ""


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, each on one line.

    >>> paragraphs('''
    ...     One
    ...     line.
    ...
    ...     Another.
    ... ''')
    ['One line.', 'Another.']
    """
    blocks = inspect.cleandoc(text).split("\n\n")
    return [" ".join(block.split()) for block in blocks if block.strip()]
