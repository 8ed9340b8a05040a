"""The errors that a user meets, and the hints that go with them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

__all__ = ["RunFailed", "UsageError", "counted", "did_you_mean", "nearest"]


class UsageError(ValueError):
    """A mistake in what the user wrote or gave: file, key, value or shape.

    Its text is one sentence that stands alone (what was wrong, where, what is
    allowed), because PaddleSeg passes on only the text. The tools print it without a
    stack trace and exit with status 2.
    """


class RunFailed(RuntimeError):
    """A run that had to stop for a reason its text tells; exit status 1 of a tool."""


def did_you_mean(name: object, names: Iterable[object]) -> str:
    """Say the names nearest to a wrong one.

    Args:
        name: what the user wrote.
        names: iterable of str, the right names.

    Returns:
        str: "; did you mean 'a' or 'b'?", or "; known: 'a', 'b'" when nothing is near.

    >>> did_you_mean("box_dwn", ["box_down", "nearest"])
    "; did you mean 'box_down'?"
    >>> did_you_mean("?", ["nearest", "bilinear"])
    "; known: 'bilinear', 'nearest'"
    """
    names = sorted(str(n) for n in names)
    known = ", ".join(repr(n) for n in names) or "none"
    return nearest(name, names) or f"; known: {known}"


def nearest(name: object, names: Iterable[object]) -> str:
    """As `did_you_mean`, but without the list of several hundred when none is near.

    >>> nearest("box_dwn", ["box_down", "nearest"])
    "; did you mean 'box_down'?"
    >>> nearest("?", ["nearest", "bilinear"])
    ''
    """
    # None is no slip of the pen, though it looks like "convex".
    wrong = "" if name is None else str(name)
    known = sorted(str(n) for n in names)
    near = difflib.get_close_matches(wrong, known, n=3, cutoff=0.6)
    if not near:
        return ""
    return "; did you mean " + " or ".join(repr(n) for n in near) + "?"


def counted(**groups: Sequence[str]) -> str:
    """Say how many names are at fault in each way, and the first three.

    Args:
        groups: fault (underscores for spaces) -> list of names.

    Returns:
        str, empty where every list is.

    >>> counted(missing=["a", "b", "c", "d"], of_another_shape=["e"], unexpected=[])
    '4 missing (a, b, c, ...); 1 of another shape (e)'
    """
    return "; ".join(
        f"{len(names)} {fault.replace('_', ' ')} "
        f"({', '.join(names[:3])}{', ...' if names[3:] else ''})"
        for fault, names in groups.items()
        if names
    )
