"""The report of a study: one HTML page that needs no network, and figures for a paper.

The page is written by `write_report`. The numbers of every figure come from `series`
alone, for the page (`charts`) and for the paper (`paper`).
"""

from .write import write_report

__all__ = ["write_report"]
