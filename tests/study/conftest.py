"""A tiny finished study, made once."""

import pytest

from paddle_resample.study.run import run_study
from tests.study.tiny import tiny_study


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """The finished study (2 operators, 2 seeds, one cell twice) and its results."""
    study = tiny_study(tmp_path_factory.mktemp("study"), repeat=True)
    return study, run_study(study, jobs=2)
