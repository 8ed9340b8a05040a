"""Memory of a training and of the processes that read its samples, from end to end."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from checkout import CONFIGS, ROOT, TINY

pytestmark = pytest.mark.slow
WORKERS, ITERATIONS, WARM = 8, 2000, 500


def megabytes(process, file, *names):
    """Sum of some lines of a file in /proc; None where the process has ended."""
    try:
        with open(f"/proc/{process}/{file}") as lines:
            kilobytes = [int(n.split()[1]) for n in lines if n.startswith(names)]
    except OSError:
        return None
    return sum(kilobytes) / 1024 if kilobytes else None


def measured(tool, run):
    """(iteration, MB of the tool, number of its children, MB of them all) from second
    to second; of the children what they do not share."""
    rows = []
    while tool.poll() is None:
        time.sleep(1)
        try:
            lines = (run / "curve.jsonl").read_text().splitlines()
            iteration = json.loads(lines[-1])["iteration"]
            children = Path(f"/proc/{tool.pid}/task/{tool.pid}/children").read_text()
        except (OSError, ValueError, IndexError):
            continue
        own = megabytes(tool.pid, "status", "VmRSS")
        of_children = [
            megabytes(child, "smaps_rollup", "Private") for child in children.split()
        ]
        if own and None not in of_children:
            rows.append((iteration, own, len(of_children), sum(of_children)))
    return np.array(rows)


@pytest.mark.skipif(
    not os.path.exists("/proc/self/smaps_rollup"), reason="needs Linux's /proc"
)
def test_memory_stays_as_it_is(tmp_path):
    """Eight workers, 2000 iterations, an evaluation every 250."""
    run = tmp_path / "run"
    words = [sys.executable, str(ROOT / "tools" / "train.py"), "--do_eval"]
    words += ["--config", str(CONFIGS / "unet" / "unet_bilinear.yml")]
    words += ["--save_dir", str(run), "--device", "cpu", "--iters", str(ITERATIONS)]
    words += ["--save_interval", "250", "--num_workers", str(WORKERS)]
    words += ["--opts", *TINY, "model.width=2", "model.depth=1", "batch_size=4"]
    tool = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    rows = measured(tool, run)
    assert tool.returncode == 0
    # An evaluation has workers of its own, and they leave with it.
    assert rows[:, 2].max() <= 2 * WORKERS
    warm = rows[(rows[:, 0] >= WARM) & (rows[:, 2] == WORKERS)]
    assert len(warm) > 10
    own, of_workers = (
        1000 * np.polyfit(warm[:, 0], warm[:, column], 1)[0] for column in (1, 3)
    )
    print(f"per 1000 iterations: {own:+.2f} MB, workers {of_workers:+.2f} MB")
    assert own < 8 and of_workers < 16
