"""Running the cells of a study on this machine: a process each, so many at once."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

from ..seg.progress import clock
from .cell import RESULT, cell_folder
from .display import StudyDisplay
from .results import failure

__all__ = ["LocalRunner", "last_line"]

_POLL = 0.2  # seconds


@dataclass
class _Running:
    cell: object
    process: subprocess.Popen
    log: object
    slot: int
    began: float = field(default_factory=time.monotonic)
    seen: tuple = ()
    alive: float = field(default_factory=time.monotonic)


class LocalRunner:
    """Runs cells as processes of this machine.

    Args:
        study: plan.Study, saved and prepared.
        jobs: cells at once.
        processes: of each cell; more than one through paddle.distributed.launch.
        gpus: list of the GPUs to share out, empty for a CPU.
        stall_minutes: a cell whose files do not change for so long is ended.
        threads: of each process, see `threads.threads_of`.
    """

    def __init__(
        self, study, jobs=1, processes=1, gpus=(), stall_minutes=30.0, threads=1
    ):
        self.study = study
        self.jobs = jobs
        self.processes = processes
        self.gpus = list(gpus)
        self.stall_seconds = 60 * stall_minutes
        self.threads = threads

    def run(self, cells, on_result):
        """Run cells until all have ended.

        Args:
            cells: list of plan.Cell.
            on_result: called with the result of every cell that ended.

        Raises:
            KeyboardInterrupt: after Ctrl-C, when the running cells have saved.
        """
        waiting = list(cells)
        running = []
        with StudyDisplay(self.study, len(cells)) as display:
            try:
                while waiting or running:
                    while waiting and len(running) < self.jobs:
                        used = {entry.slot for entry in running}
                        slot = next(i for i in range(self.jobs) if i not in used)
                        running.append(self._start(waiting.pop(0), slot))
                    time.sleep(_POLL)
                    for entry in list(running):
                        if self._ended(entry):
                            running.remove(entry)
                            result = self._result(entry)
                            on_result(result)
                            display.ended(result)
                    display.show([self._state(entry) for entry in running])
            except KeyboardInterrupt:
                display.line("Ctrl-C: the running cells save their state ...")
                self._stop(running)
                raise

    def _start(self, cell, slot):
        folder = cell_folder(self.study, cell)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RESULT).unlink(missing_ok=True)
        log = open(folder / "log.txt", "ab")
        process = subprocess.Popen(
            self._command(cell),
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=self._environment(slot),
            start_new_session=True,  # Ctrl-C reaches it through us, once
        )
        return _Running(cell, process, log, slot)

    def _command(self, cell):
        words = ["paddle_resample.study.cell", str(self.study.folder), cell.name]
        if self.processes == 1:
            return [sys.executable, "-m", *words]
        # The launcher takes a file; the processes train, and the file's last lines
        # score in one process alone.
        return [sys.executable, "-m", "paddle_resample.study.launched", *words[1:]] + [
            str(self.processes)
        ]

    def _environment(self, slot):
        environment = {**os.environ, "OMP_NUM_THREADS": str(self.threads)}
        environment["PYTHONUNBUFFERED"] = "1"
        if self.gpus:
            first = slot * self.processes
            mine = self.gpus[first : first + self.processes]
            environment["CUDA_VISIBLE_DEVICES"] = ",".join(map(str, mine))
        return environment

    def _ended(self, entry):
        if entry.process.poll() is not None:
            # Of a cell that was killed, the processes that it had started live on.
            _end_group(entry.process, signal.SIGKILL)
            return True
        now = time.monotonic()
        seen = _sizes(cell_folder(self.study, entry.cell))
        if seen != entry.seen:
            entry.seen, entry.alive = seen, now
        if now - entry.alive > self.stall_seconds:
            _end_group(entry.process, signal.SIGKILL)
            entry.process.wait()
            return True
        return False

    def _result(self, entry):
        entry.log.close()
        folder = cell_folder(self.study, entry.cell)
        with contextlib.suppress(OSError, ValueError):
            if entry.process.returncode == 0:
                return json.loads((folder / RESULT).read_text(encoding="utf-8"))
        return failure(entry.cell, self._reason(entry, folder))

    def _reason(self, entry, folder):
        if time.monotonic() - entry.alive > self.stall_seconds:
            return f"no progress for {clock(self.stall_seconds)}; ended"
        code = entry.process.returncode
        if code < 0:
            return f"killed by signal {signal.Signals(-code).name}"
        return last_line(folder / "log.txt") or f"exit status {code}"

    def _state(self, entry):
        curve = cell_folder(self.study, entry.cell) / "curve.jsonl"
        try:
            point = json.loads(last_line(curve) or "{}")
        except ValueError:
            point = {}
        return entry.cell, point.get("iteration", 0), point.get("loss")

    def _stop(self, running):
        for entry in running:
            _end_group(entry.process, signal.SIGINT)
        deadline = time.monotonic() + 60
        for entry in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                entry.process.wait(max(0.1, deadline - time.monotonic()))
            _end_group(entry.process, signal.SIGKILL)
            entry.process.wait()
            entry.log.close()


def last_line(path):
    """The last line of a text file that is not empty, without reading all of it; None
    where there is none."""
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 8192))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    return next((line.strip() for line in reversed(lines) if line.strip()), None)


def _sizes(folder):
    files = [folder / "curve.jsonl", folder / "log.txt", folder / "images.npz"]
    return tuple(path.stat().st_size if path.exists() else -1 for path in files)


def _end_group(process, number):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
