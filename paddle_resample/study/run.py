"""A study from plan to results: what is missing is run, what is done stays."""

import os
import subprocess
import sys

import paddle

from ..cpu import cores
from ..errors import UsageError
from ..files import usable_folder
from ..language import translated
from ..seg.checkpoints.lock import sole_run
from .ceiling import study_ceiling
from .local import LocalRunner
from .prepare import prepare
from .results import add_result, read_results
from .threads import threads_of

__all__ = ["run_study"]


def run_study(
    study, *, where="local", address=None, jobs=None, processes=1, stall_minutes=30.0
):
    """Run the cells of a study that have no result yet.

    Args:
        study: plan.Study.
        where: "local" (processes of this machine) or "ray".
        address: of a Ray cluster; None starts one here.
        jobs: cells at once; None takes one a GPU, or one a core.
        processes: of each cell.
        stall_minutes: a local cell without progress for so long is ended.

    Returns:
        dict: cell name -> result.

    Raises:
        UsageError: an impossible cell (before anything has started), or a folder that
            holds another study or in which one is running.
        KeyboardInterrupt: after Ctrl-C; what is done is kept.
    """
    usable_folder(study.folder)
    study.save()
    results = read_results(study.folder)
    missing = [
        cell
        for cell in study.all_cells
        if results.get(cell.name, {}).get("status") != "done"
    ]
    count = len(study.all_cells)
    done = count - len(missing)
    print(translated(f"{count} cells, {done} of them done"), flush=True)
    if missing:
        with sole_run(study.folder):
            prepare(study)
            runner = _runner(study, where, address, jobs, processes, stall_minutes)
            _run_cells(study, missing, runner)
    results = read_results(study.folder)
    failed = [r for r in results.values() if r["status"] != "done"]
    if failed:
        logs = f"{study.folder}/cells"
        print(translated(f"{len(failed)} cells failed; their logs are in {logs}:"))
        for result in failed:
            print(f"  {result['cell']}: {translated(result['error'])}")
    return results


def _run_cells(study, missing, runner):
    try:
        runner.run(missing, lambda result: add_result(study.folder, result))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"stopped by Ctrl-C; the same command continues in {study.folder}"
        ) from None
    command = [sys.executable, "-m", "paddle_resample.study.timing"]
    environment = {**os.environ, "OMP_NUM_THREADS": str(runner.threads)}
    subprocess.run([*command, str(study.folder)], check=False, env=environment)
    study_ceiling(study)  # while the data is at hand


def _runner(study, where, address, jobs, processes, stall_minutes):
    gpus = []
    if study.device == "gpu":
        gpus = list(range(paddle.device.cuda.device_count()))
    units = len(gpus) if gpus else cores()
    if processes < 1 or (gpus and processes > len(gpus)):
        raise UsageError(f"--processes {processes}: this machine has {units}")
    if where == "ray" and processes > 1:
        raise UsageError(
            f"--where ray runs each cell in one process, so --processes {processes} "
            "would change nothing: leave it out, or use --where local"
        )
    jobs = jobs or max(1, units // processes)
    if gpus and jobs * processes > len(gpus):
        raise UsageError(
            f"--jobs {jobs} with --processes {processes} needs {jobs * processes} "
            f"GPUs, this machine has {len(gpus)}"
        )
    threads = threads_of(study, jobs, processes)
    if where == "ray":
        from .ray_cluster import RayRunner

        return RayRunner(study, address, jobs, 1 if gpus else 0, threads)
    return LocalRunner(study, jobs, processes, gpus, stall_minutes, threads)
