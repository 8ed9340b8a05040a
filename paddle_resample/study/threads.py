"""Threads of a cell: the last digits of its numbers depend on them."""

import json
import os

from ..errors import UsageError
from ..files import write_json

__all__ = ["threads_of"]

_FILE = "threads.json"
_VARIABLE = "OMP_NUM_THREADS"


def threads_of(study, jobs, processes=1, say=print):
    """The threads of every process of a study's cells, the same ones all its life.

    A study that begins takes OMP_NUM_THREADS, or else shares this machine's cores out
    among the processes that run at once. One that goes on keeps what it began with.

    Args:
        study: plan.Study.
        jobs: cells at once.
        processes: of each cell.
        say: called with a line where the number is not what one would expect.

    Returns:
        int.

    Raises:
        UsageError: OMP_NUM_THREADS is no number.
    """
    path = study.folder / _FILE
    cores = os.cpu_count() or 1
    wanted = _wanted()
    if path.exists():
        threads = json.loads(path.read_text(encoding="utf-8"))["threads"]
        if wanted and wanted != threads:
            say(
                f"{_VARIABLE}={wanted} is not used: this study began with {threads} "
                "threads a cell and keeps them, so that its numbers compare"
            )
    else:
        threads = wanted or max(1, cores // (jobs * processes))
        write_json(path, {"threads": threads})
    if jobs * processes * threads > cores > 1:
        say(
            f"{jobs * processes} processes of {threads} threads share {cores} cores; "
            "a lower --jobs may be faster"
        )
    return threads


def _wanted():
    text = os.environ.get(_VARIABLE, "").split(",")[0].strip()
    if not text:
        return None
    if not text.isdigit() or not int(text):
        raise UsageError(f"{_VARIABLE}={text!r} is no number of threads")
    return int(text)
