"""Running the cells of a study as Ray tasks: on this machine, or on a cluster."""

import os
import sys

from ..errors import UsageError
from .display import StudyDisplay
from .results import failure

__all__ = ["RayRunner"]

_RETRIES = 3


class RayRunner:
    """Runs cells on Ray: one cell, one task, with its share of CPUs and GPUs.

    A task whose worker or node is lost is tried again, up to three times, and goes on
    from its last checkpoint. The study's folder must be visible under one path on
    every node.

    Args:
        study: plan.Study, saved and prepared.
        address: of a cluster ("host:port", "auto"); None starts Ray on this machine
            and ends it afterwards. It listens on all interfaces: docs/study.md.
        jobs: cells at once on this machine; a cluster schedules by its CPUs and GPUs.
        gpus_per_cell: number of GPUs of each task.
        threads: of each task.

    Raises:
        UsageError: Ray is not installed or could not start its workers, or the cluster
            does not answer.
    """

    def __init__(self, study, address=None, jobs=1, gpus_per_cell=0, threads=1):
        try:
            import ray
        except ImportError:
            raise UsageError(
                "--where ray needs Ray: pip install 'paddle_resample[cluster]'"
            ) from None
        if " " in sys.executable:  # with an environment of their own they wait for ever
            raise UsageError(
                "--where ray: Ray's workers do not start from a path with spaces, and "
                f"this Python is {sys.executable!r}; use --where local, or a virtual "
                "environment elsewhere"
            )
        self.ray = ray
        self.study = study
        self.gpus_per_cell = gpus_per_cell
        self.cpus_per_cell = 1
        self.threads = threads
        environment = {"OMP_NUM_THREADS": str(threads)}
        paths = [os.getcwd(), os.environ.get("PYTHONPATH")]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        options = {"log_to_driver": False, "runtime_env": {"env_vars": environment}}
        if address is None:
            options.update(
                num_cpus=jobs, include_dashboard=False, _node_ip_address="127.0.0.1"
            )
        try:
            ray.init(address=address, **options)
        except (ConnectionError, ValueError, RuntimeError) as error:
            text = " ".join(str(error).split())
            raise UsageError(f"--address {address}: {text}") from None

    def run(self, cells, on_result):
        """Run cells until all have ended; as `local.LocalRunner.run`."""
        ray = self.ray
        task = ray.remote(
            num_cpus=self.cpus_per_cell,
            num_gpus=self.gpus_per_cell,
            max_retries=_RETRIES,
            max_calls=1,  # Paddle keeps global state: a process for every cell
        )(_run)
        folder = str(self.study.folder.resolve())
        pending = {task.remote(folder, cell.name): cell for cell in cells}
        with StudyDisplay(self.study, len(cells)) as display:
            try:
                while pending:
                    ready, _ = ray.wait(list(pending), timeout=0.5)
                    for reference in ready:
                        cell = pending.pop(reference)
                        result = self._result(reference, cell)
                        on_result(result)
                        display.ended(result)
            finally:
                for reference in pending:
                    ray.cancel(reference, force=True)
                ray.shutdown()

    def _result(self, reference, cell):
        try:
            return self.ray.get(reference)
        except self.ray.exceptions.RayError as error:
            lines = [line for line in str(error).splitlines() if line.strip()]
            return failure(cell, lines[-1].strip() if lines else type(error).__name__)


def _run(folder, name):
    """The task: train and score a cell in this worker."""
    from paddle_resample.study.cell import run_logged

    return run_logged(folder, name)
