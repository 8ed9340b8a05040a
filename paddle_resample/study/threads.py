"""Threads of a cell: the last digits of its numbers depend on them.

They are kept for the whole study, not cell by cell, because its cells are compared with
each other; each cell's run.json records them.
"""

import json

from ..cpu import cores, threads_of_user
from ..errors import UsageError
from ..files import write_json
from ..language import translated

__all__ = ["threads_of"]

_FILE = "threads.json"
_VARIABLE = "OMP_NUM_THREADS"


def threads_of(study, jobs, processes=1, say=print):
    """The threads of every process of a study's cells, the same ones all its life.

    A study that begins takes OMP_NUM_THREADS, or else shares this machine's cores out
    among the processes that run at once. One that goes on keeps what it began with,
    which a study without the file (of an older version) reads from its cells.

    Args:
        study: plan.Study.
        jobs: cells at once.
        processes: of each cell.
        say: called with a line where the number is not what one would expect.

    Returns:
        int.

    Raises:
        UsageError: OMP_NUM_THREADS is no number; or the cells had another number of
            processes, which multiplies the batch.
    """
    path = study.folder / _FILE
    free = cores()
    wanted = _wanted()
    kept = _kept(study, path)
    if kept.get("processes", processes) != processes:
        raise UsageError(
            f"--processes {processes}: this study began with {kept['processes']} "
            "processes a cell, whose batches together make a step; give as many, or "
            "another --save_dir"
        )
    if kept:
        threads = kept["threads"]
        if wanted and wanted != threads:
            line = (
                f"{_VARIABLE}={wanted} is not used: this study began with {threads} "
                "threads a cell and keeps them, so that its numbers compare"
            )
            say(translated(line))
    else:
        threads = wanted or max(1, free // (jobs * processes))
    write_json(path, {"threads": threads, "processes": processes})
    if jobs * processes * threads > free > 1:
        line = (
            f"{jobs * processes} processes of {threads} threads share {free} cores; "
            "a lower --jobs may be faster"
        )
        say(translated(line))
    return threads


def _kept(study, path):
    """The file's numbers, or else those of the first cell that began; {} of none."""
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    for record in sorted(study.folder.glob("cells/*/run.json")):
        run = json.loads(record.read_text(encoding="utf-8"))
        if str(run.get("threads") or "").isdigit():
            return {**run, "threads": int(run["threads"])}
    return {}


def _wanted():
    text = (threads_of_user() or "").split(",")[0].strip()
    if not text:
        return None
    if not text.isdigit() or not int(text):
        raise UsageError(f"{_VARIABLE}={text!r} is no number of threads")
    return int(text)
