"""A cell that trains in several processes, and is then scored in one alone.

python -m paddle_resample.study.launched STUDY_FOLDER CELL_NAME PROCESSES
"""

import subprocess
import sys
from pathlib import Path

__all__ = ["run_launched"]


def run_launched(folder, name, processes):
    """Train a cell through paddle.distributed.launch, then score it.

    Args:
        folder: of the study.
        name: of the cell.
        processes: number of them; on a CPU they talk through gloo.

    Returns:
        int: exit status.
    """
    script = str(Path(__file__).with_name("launched_cell.py"))
    launch = [sys.executable, "-m", "paddle.distributed.launch"]
    launch += ["--nproc_per_node", str(processes)]
    launch += ["--log_dir", str(Path(folder) / "cells" / name / "processes")]
    launch += [script, folder, name]
    status = subprocess.call(launch)
    if status:
        return status
    alone = [sys.executable, "-m", "paddle_resample.study.cell", folder, name]
    return subprocess.call(alone)


if __name__ == "__main__":
    sys.exit(run_launched(*sys.argv[1:]))
