"""The ceiling of a study's validation labels, kept in its folder.

python -m paddle_resample.study.ceiling STUDY_FOLDER
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from ..ceiling import DatasetLabels, ceiling_sentences, measure_ceiling
from ..files import write_json
from ..seg.config.class_names import class_names
from ..seg.config.components import Components
from ..seg.device import choose_device
from ..seg.training.record import describe_run
from ..tool import run_tool
from .plan import Study

__all__ = ["CEILING", "study_ceiling", "write_ceiling"]

CEILING = "ceiling.json"
_PIXELS = 20_000_000  # of labels read: about a minute on one core
_LEAST, _MOST, _FITTED = 20, 500, 10  # images


def study_ceiling(study):
    """Read the ceiling of a study, or measure it where it is missing.

    It is measured in a process of its own, on the CPU; nothing that fails there ends
    the caller.

    Args:
        study: plan.Study.

    Returns:
        (dict of `ceiling.measure_ceiling` or None, reason or None).
    """
    path = study.folder / CEILING
    measured = _read(path)
    if measured is None:
        command = [sys.executable, "-m", __name__, str(study.folder)]
        # The labels are divided among threads; more within each only wait for them.
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        ended = subprocess.run(
            command, check=False, env=environment, capture_output=True, text=True
        )
        measured = _read(path)
        if measured is None:
            lines = [line for line in ended.stderr.splitlines() if line.strip()]
            last = lines[-1] if lines else f"exit status {ended.returncode}"
            return None, last.strip().removeprefix("error: ")
    return measured, None


def write_ceiling(folder):
    """Measure the ceiling of a study's validation labels, and write ceiling.json.

    Large labels are measured on a part of the set, spread evenly over it.

    Args:
        folder: of the study.

    Raises:
        UsageError: labels that are missing or cannot be used.
    """
    study = Study.load(folder)
    choose_device("cpu")
    config = study.config(study.cells[0])
    dataset = Components(config).need("val_dataset")
    labels = DatasetLabels(dataset, class_names(config, dataset))
    images = _MOST
    if len(labels):
        images = min(max(_PIXELS // labels[0].size, _LEAST), _MOST)
    result = measure_ceiling(labels, images=images, fitted_images=_FITTED)
    write_json(
        study.folder / CEILING,
        {
            "config": study.base,
            "split": "val",
            "sentences": ceiling_sentences(result),
            **result,
            "run": describe_run(),
        },
    )


def _read(path):
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


if __name__ == "__main__":
    run_tool(lambda: write_ceiling(sys.argv[1]), "en")
