"""What a run shows while it works, and the curve it leaves."""

import contextlib
import json
import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from ..files import finite, writing
from ..language import translated

__all__ = ["Averages", "Curve", "RunDisplay", "clock", "duration"]


class Curve:
    """The run's history as JSON lines, one mapping a line, and for VisualDL if asked.

    Args:
        path: of the file; lines are appended.
        start: iteration a resumed run continues from; later lines are dropped.
        use_vdl: whether VisualDL's log is written beside the file.
    """

    def __init__(self, path, start=0, use_vdl=False):
        self._writer = None
        if use_vdl:
            from visualdl import LogWriter

            self._writer = LogWriter(str(path.parent))
        kept = []
        if path.exists() and start:
            for line in path.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError):  # a line cut off by a crash
                    if json.loads(line)["iteration"] <= start:
                        kept.append(line + "\n")
        with writing(path) as file:
            file.writelines(kept)
        self._file = open(path, "a", encoding="utf-8")

    def add(self, iteration, scalars, **line):
        """Append one line.

        Args:
            iteration: of the line.
            scalars: dict of VisualDL tag -> value.
            line: what the JSON line holds besides.
        """
        self._file.write(json.dumps(finite({"iteration": iteration, **line})) + "\n")
        self._file.flush()
        if self._writer:
            for tag, value in scalars.items():
                self._writer.add_scalar(tag, value, iteration)

    def close(self):
        self._file.close()
        if self._writer:
            self._writer.close()


class Averages:
    """Means of losses and times between two lines of the curve.

    Attributes:
        last: sum of the losses of the last iteration.
    """

    def __init__(self):
        self.last = float("nan")
        self._clear()

    def _clear(self):
        self._losses, self._waited, self._began = [], 0.0, time.perf_counter()

    def add(self, losses, waited):
        """Note one iteration: its losses, and the seconds it waited for data."""
        self.last = sum(losses)
        self._losses.append(losses)
        self._waited += waited

    def take(self):
        """Return the means since the last call as a dict, and start anew."""
        count = len(self._losses)
        terms = [sum(column) / count for column in zip(*self._losses)]
        result = {
            "loss": sum(terms),
            "losses": terms,
            "batch_seconds": (time.perf_counter() - self._began) / count,
            "wait_seconds": self._waited / count,
        }
        self._clear()
        return result


class RunDisplay:
    """A progress bar with the time left on a terminal; plain lines elsewhere.

    Args:
        title: name of the work, for example "train unet".
        total: number of steps.
        done: steps already done (a resumed run).
        quiet: show nothing (other processes than the first).
    """

    def __init__(self, title, total, done=0, quiet=False):
        self.title, self.total, self.done = translated(title), total, done
        self.console = Console(quiet=quiet, soft_wrap=True)
        self._live = None
        self._began, self._first = time.perf_counter(), done
        if self.console.is_terminal and not quiet:
            self._live = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=30),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn(translated("left")),
                TimeRemainingColumn(),
                TextColumn("{task.fields[note]}"),
                console=self.console,
            )
            self._task = self._live.add_task(
                self.title, total=total, completed=done, note=""
            )

    def __enter__(self):
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *error):
        if self._live:
            self._live.stop()

    def advance(self, steps=1, note=None):
        """Count steps; `note` replaces the text behind the bar."""
        self.done += steps
        if self._live:
            fields = {} if note is None else {"note": translated(note)}
            self._live.update(self._task, advance=steps, **fields)

    def line(self, text):
        """Print a line above the bar."""
        self.console.print(translated(text), highlight=False, markup=False)

    def report(self, text):
        """Print progress as a line where no bar is shown."""
        if not self._live:
            left = clock(self._seconds_left())
            self.line(
                f"{self.title} {self.done}/{self.total}  {translated(text)}  "
                + translated(f"left {left}")
            )

    def _seconds_left(self):
        steps = self.done - self._first
        spent = time.perf_counter() - self._began
        return (self.total - self.done) * spent / steps if steps else 0.0


def clock(seconds):
    """Seconds as hours:minutes:seconds.

    >>> clock(3725.4)
    '1:02:05'
    """
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def duration(seconds):
    """Seconds in words.

    >>> duration(1197), duration(3725.4), duration(0.52)
    ('20 min', '1 h 2 min', '0.5 s')
    """
    if seconds < 100:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
