"""What produced a result: configuration, versions, seed, source state, command."""

import datetime
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import paddle

from ...files import write_json
from ...language import translated
from ...version import __version__
from ..config.imports import loaded_imports
from ..repairs import applied_repairs

__all__ = ["RunRecord", "describe_run", "set_aside"]

_PACKAGES = ("paddlepaddle", "paddlepaddle-gpu", "paddleseg", "numpy", "opencv-python")
_RESULTS = (
    "run.json",
    "config.yml",
    "curve.jsonl",
    "scores.json",
    "best_model",
    "ema_best_model",
)


def describe_run(**facts):
    """Facts about this process and its surroundings.

    Args:
        facts: what the caller adds: seed, device, config and so on.

    Returns:
        dict that JSON can hold.
    """
    return {
        "command": [Path(sys.executable).name, *sys.argv],
        "started": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        **facts,
        "device_name": _device_name(),
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "versions": {"paddle_resample": __version__, **_versions()},
        "source": _git_state(Path(__file__).parent),
        "imports": loaded_imports(),
        "repairs_of_paddleseg": [repair.name for repair in applied_repairs()],
    }


class RunRecord:
    """A training run's `run.json`, and the lines about it on the screen.

    Args:
        path: of the file; None for a process that keeps no record and says nothing.
        facts: see `describe_run`.
    """

    def __init__(self, path, **facts):
        self.path = path
        self.content = {} if path is None else describe_run(**facts)
        self.add()

    def add(self, **facts):
        """Add facts to the file."""
        if self.path is not None:
            self.content.update(facts)
            write_json(self.path, self.content)

    def note(self, notes, say=print):
        """Say notes (None is none) and keep them.

        Args:
            notes: list of str or None.
            say: what prints a line.
        """
        notes = [note for note in notes if note]
        if notes and self.path is not None:
            for note in notes:
                say(f"note: {note}")
            self.add(notes=[*self.content.get("notes", []), *notes])

    def skipped(self, faults, counts, say):
        """Count the samples that `damaged_samples: skip` left out; each is said once.

        Args:
            faults: list of str, why, one for each sample of a batch.
            counts: dict of earlier ones.
            say: what prints a line.

        Returns:
            dict, fault -> how often.
        """
        counts = dict(counts)
        for fault in faults:
            if fault not in counts and self.path is not None:
                say(f"skipped: {fault}")
            counts[fault] = counts.get(fault, 0) + 1
        if faults:
            self.add(skipped_samples=counts)
        return counts


def set_aside(save_dir):
    """Move an earlier run's results out of the way: nothing saved is overwritten.

    Args:
        save_dir: Path of the run's folder; results found there move into
            `earlier_N/` in it.
    """
    old = [save_dir / name for name in _RESULTS]
    old = [path for path in (*old, *save_dir.glob("iter_*")) if path.exists()]
    if not old:
        return
    number = 1
    while (save_dir / f"earlier_{number}").exists():
        number += 1
    folder = save_dir / f"earlier_{number}"
    folder.mkdir()
    for path in old:
        shutil.move(str(path), str(folder / path.name))
    print(translated(f"the earlier results in {save_dir} are now in {folder}"))


def _versions():
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def _device_name():
    if paddle.get_device().startswith("gpu"):
        return paddle.device.cuda.get_device_name()
    return platform.processor() or platform.machine()


def _git_state(folder):
    """Commit of the checkout this package runs from, and whether it was changed; None
    for an installed copy."""

    def git(*words):
        return subprocess.run(
            ["git", *words], cwd=folder, capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        if not git("ls-files", "record.py"):
            return None  # installed into a folder of somebody else's repository
        return {
            "commit": git("rev-parse", "HEAD"),
            "changed": bool(git("status", "--porcelain", "--untracked-files=no")),
        }
    except (OSError, subprocess.CalledProcessError):
        return None
