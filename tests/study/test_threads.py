import pytest

from paddle_resample import UsageError
from paddle_resample.study import threads
from paddle_resample.study.threads import threads_of
from tests.study.tiny import tiny_study


@pytest.fixture
def eight_cores(monkeypatch):
    monkeypatch.setattr(threads.os, "cpu_count", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)


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
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert threads_of(study, jobs=1, say=said.append) == 4
    assert said[1].startswith("OMP_NUM_THREADS=3 is not used: this study began with 4")


def test_the_users_own_number_is_taken(tmp_path, eight_cores, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert threads_of(tiny_study(tmp_path), jobs=2) == 3


def test_no_number(tmp_path, eight_cores, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    with pytest.raises(UsageError, match="OMP_NUM_THREADS='many' is no number of"):
        threads_of(tiny_study(tmp_path), jobs=2)
