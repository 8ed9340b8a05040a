import os
import subprocess
import sys

import pytest

from paddle_resample import UsageError
from paddle_resample.study import threads
from paddle_resample.study.threads import threads_of
from tests.study.tiny import tiny_study


@pytest.fixture
def eight_cores(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 8)
    monkeypatch.setattr(threads, "threads_of_user", lambda: None)


def test_cores_are_shared_out(tmp_path, eight_cores):
    assert threads_of(tiny_study(tmp_path), jobs=2, processes=2) == 2


def test_a_study_keeps_its_threads(tmp_path, eight_cores, monkeypatch):
    said = []
    study = tiny_study(tmp_path)
    assert threads_of(study, jobs=2, say=said.append) == 4
    assert threads_of(study, jobs=1, say=said.append) == 4 and not said
    assert threads_of(study, jobs=8, say=said.append) == 4
    assert said == [
        "8 processes of 4 threads share 8 cores; a lower --jobs may be faster"
    ]
    monkeypatch.setattr(threads, "threads_of_user", lambda: "3")
    assert threads_of(study, jobs=1, say=said.append) == 4
    assert said[1].startswith("OMP_NUM_THREADS=3 is not used: this study began with 4")


def test_the_users_own_number_is_taken(tmp_path, eight_cores, monkeypatch):
    monkeypatch.setattr(threads, "threads_of_user", lambda: "3")
    assert threads_of(tiny_study(tmp_path), jobs=2) == 3


def test_no_number(tmp_path, eight_cores, monkeypatch):
    monkeypatch.setattr(threads, "threads_of_user", lambda: "many")
    with pytest.raises(UsageError, match="OMP_NUM_THREADS='many' is no number of"):
        threads_of(tiny_study(tmp_path), jobs=2)


def test_what_paddle_sets_is_not_the_users():
    """Paddle sets OMP_NUM_THREADS=1 when it is imported, `tune_cpu` all cores."""
    script = (
        "import os, paddle_resample.seg; from paddle_resample.cpu import tune_cpu; "
        "tune_cpu(); from paddle_resample.study.threads import _wanted; "
        "print(os.environ['OMP_NUM_THREADS'], _wanted())"
    )
    for own, wanted in ((None, "None"), ("3", "3")):
        environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
        environment.update({"OMP_NUM_THREADS": own} if own else {})
        command = [sys.executable, "-c", script]
        said = subprocess.check_output(command, env=environment, text=True).split()
        assert said[0].isdigit() and said[1] == wanted


def test_a_study_without_the_file_reads_its_cells(tmp_path, eight_cores):
    study = tiny_study(tmp_path)
    folder = tmp_path / "cells" / study.cells[0].name
    folder.mkdir(parents=True)
    (folder / "run.json").write_text('{"threads": "5", "processes": 1}')
    assert threads_of(study, jobs=8, say=lambda line: None) == 5


def test_a_study_keeps_its_processes(tmp_path, eight_cores):
    study = tiny_study(tmp_path)
    threads_of(study, jobs=1, processes=2)
    with pytest.raises(UsageError, match="--processes 1: this study began with 2"):
        threads_of(study, jobs=1)
