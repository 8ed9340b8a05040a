"""Cells as Ray tasks, on a Ray started here; a worker is really killed."""

import os
import signal
import threading
import time

import pytest

from paddle_resample.study.results import read_results
from paddle_resample.study.run import run_study
from tests.study.tiny import tiny_study

pytest.importorskip("ray", reason="Ray is not installed (extra 'cluster')")
pytestmark = pytest.mark.slow


def kill_when(path, killed):
    """Kill the process that holds a file open, once the file is there."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and not killed:
        time.sleep(0.02)
        if not path.exists():
            continue
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                descriptors = f"/proc/{process}/fd"
                held = {
                    os.path.realpath(os.path.join(descriptors, d))
                    for d in os.listdir(descriptors)
                }
            except OSError:
                continue
            if str(path) in held:
                os.kill(int(process), signal.SIGKILL)
                killed.append(int(process))
                return


def test_a_lost_worker_is_replaced(tmp_path):
    study = tiny_study(
        tmp_path, ("bilinear", "nearest"), (0,), iters=30, save_interval=10
    )
    killed = []
    curve = tmp_path.resolve() / "cells" / study.cells[0].name / "curve.jsonl"
    watch = threading.Thread(target=kill_when, args=(curve, killed), daemon=True)
    watch.start()
    results = run_study(study, where="ray", jobs=2)
    watch.join(1)
    assert killed, "no worker was killed"
    assert [r["status"] for r in results.values()] == ["done", "done"], results
    assert read_results(tmp_path).keys() == {cell.name for cell in study.cells}
