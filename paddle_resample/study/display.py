"""What a study shows while it runs."""

import time

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ..language import translated
from ..seg.progress import clock

__all__ = ["StudyDisplay"]


class StudyDisplay:
    """A live table of the running cells and a line of what is done and left.

    Without a terminal one line is printed for every cell that ends.

    Args:
        study: plan.Study.
        total: cells to run now.
    """

    def __init__(self, study, total):
        self.study = study
        self.total = total
        self.done = self.failed = 0
        self.console = Console(soft_wrap=True)
        if self.console.is_jupyter:  # plain lines, not a box of HTML for each
            plain = {"force_jupyter": False, "force_terminal": False}
            self.console = Console(soft_wrap=True, **plain)
        self._began = time.perf_counter()
        self._live = None
        if self.console.is_terminal:
            self._live = Live(console=self.console, refresh_per_second=2)

    def __enter__(self):
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *error):
        if self._live:
            self._live.stop()

    def ended(self, result):
        """Say that a cell ended."""
        if result["status"] == "done":
            self.done += 1
            text = f"mIoU {result['last']['miou']:.4f}"
        else:
            self.failed += 1
            text = f"FAILED: {result['error']}"
        count = self.done + self.failed
        text, left = translated(text), translated(self._left())
        self.line(f"{count}/{self.total}  {result['cell']}  {text}  {left}")

    def line(self, text):
        """Print a line above the table."""
        self.console.print(translated(text), highlight=False, markup=False)

    def show(self, running):
        """Draw the running cells.

        Args:
            running: list of (cell, iteration, loss or None).
        """
        if not self._live:
            return
        table = Table("running", "iteration", "loss", box=None, pad_edge=False)
        for cell, iteration, loss in running:
            total = self.study.iters or "?"
            value = "" if loss is None else f"{loss:.4f}"
            table.add_row(Text(cell.name), f"{iteration}/{total}", value)
        waiting = self.total - self.done - self.failed - len(running)
        failed = f", {self.failed} failed" if self.failed else ""
        line = f"{self.done} done, {len(running)} running, {waiting} waiting{failed}"
        line = f"{translated(line)}; {translated(self._left())}"
        self._live.update(Group(translated(table), Text(line)))

    def _left(self):
        """Time left, from the cells that ended."""
        ended = self.done + self.failed
        spent = time.perf_counter() - self._began
        if not ended:
            return f"running for {clock(spent)}"
        return f"left {clock(spent / ended * (self.total - ended))}"
