"""Repairs that let PaddleSeg 2.8 run on today's Paddle, each one named and tested.

A repair changes one function of PaddleSeg, and only while that function still holds the
defective text: a PaddleSeg that mended the defect itself is left alone. Nothing of
Paddle is touched.

`losses`, `networks`, `reading`, `running` and `start` hold the tables, `rewrite` the
way they are applied.
"""

from typing import NamedTuple

from .losses import LOSSES
from .networks import NETWORKS
from .reading import READING
from .rewrite import without
from .running import RUNNING
from .start import START

__all__ = ["REPAIRS", "AppliedRepair", "applied_repairs", "repair_paddleseg", "without"]

REPAIRS = RUNNING + LOSSES + NETWORKS + START + READING
_applied = []


class AppliedRepair(NamedTuple):
    """What a run record says about one repair."""

    name: str
    defect: str
    versions: str


def repair_paddleseg():
    """Apply every repair that this PaddleSeg on this Paddle needs; once.

    Returns:
        list of AppliedRepair, all that are in force.
    """
    done = {a.name for a in _applied}
    for repair in REPAIRS:
        if repair.name not in done and repair.apply():
            _applied.append(AppliedRepair(repair.name, repair.defect, repair.versions))
    return applied_repairs()


def applied_repairs():
    """The repairs in force, in the order of their application.

    Returns:
        list of AppliedRepair.

    >>> _ = repair_paddleseg()
    >>> "area" in [repair.name for repair in applied_repairs()]
    True
    """
    return list(_applied)
