"""Two runs never work in one folder; a dead one does not keep it."""

import errno
import os
import subprocess
import sys

import pytest

from checkout import CONFIGS, TINY
from paddle_resample import UsageError
from paddle_resample.seg.checkpoints import lock
from paddle_resample.seg.checkpoints.lock import LOCK, sole_run
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.training.trainer import Settings, Trainer


def trainer(folder):
    path = str(CONFIGS / "unet" / "unet_bilinear.yml")
    config = ResampleConfig(path, iters=1, batch_size=4, opts=TINY)
    return Trainer(Components(config), Settings(save_dir=str(folder)))


def test_the_second_run_is_refused_while_the_first_lives(tmp_path, victims):
    (tmp_path / "iter_9").mkdir()
    first = victims("hold", tmp_path)
    second = trainer(tmp_path)
    with pytest.raises(UsageError) as error:
        second.run()
    victims("end", first)
    assert f"save_dir '{tmp_path}' is in use by another run (process {first} on" in str(
        error.value
    )
    assert sorted(os.listdir(tmp_path)) == [LOCK, "iter_9"]  # nothing was touched
    second.run()
    assert LOCK not in os.listdir(tmp_path)
    assert (tmp_path / "iter_1").exists() and (tmp_path / "earlier_1/iter_9").exists()


def test_a_worker_that_outlives_the_run_does_not_hold_the_lock(tmp_path, victims):
    run, worker = victims("hold_with_worker", tmp_path)
    with pytest.raises(UsageError, match=f"process {run} on"), sole_run(tmp_path):
        pass
    victims("end", run)
    with sole_run(tmp_path):
        os.kill(worker, 0)  # it still lives
    victims("end", worker)


def test_released_at_the_end_and_after_an_error(tmp_path):
    with pytest.raises(KeyError), sole_run(tmp_path):
        with pytest.raises(UsageError, match="in use by another run"):
            with sole_run(tmp_path):
                pass
        raise KeyError
    assert os.listdir(tmp_path) == []
    with sole_run(tmp_path):
        assert os.listdir(tmp_path) == [LOCK]


def test_many_at_once_are_never_two(tmp_path, victims):
    """Eight processes take and leave the lock; whoever is in finds himself alone."""
    run = tmp_path / "run"
    run.mkdir()
    assert victims("take_turns", run, tmp_path / "inside", 8, 25) == [0] * 8


@pytest.mark.skipif(not lock.fcntl, reason="needs flock")
def test_a_lock_on_a_file_that_was_just_removed_is_none(tmp_path, monkeypatch):
    """The last owner leaves between our opening and our locking of his file."""
    original, removed = lock._lock, []

    def late(handle):
        if not removed:
            removed.append(os.unlink(tmp_path / LOCK))
        original(handle)

    monkeypatch.setattr(lock, "_lock", late)
    with sole_run(tmp_path):
        assert os.listdir(tmp_path) == [LOCK]
        with pytest.raises(UsageError), sole_run(tmp_path):
            pass


@pytest.mark.skipif(not lock.fcntl, reason="needs flock")
def test_file_systems_without_locks_are_told_of(tmp_path, monkeypatch, capsys):
    def flock(handle, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock.fcntl, "flock", flock)
    with sole_run(tmp_path):
        pass
    assert "cannot be locked (No locks available)" in capsys.readouterr().out


@pytest.mark.slow
def test_the_tool_refuses_with_one_sentence(tmp_path):
    root = CONFIGS.parent
    words = [sys.executable, str(root / "tools" / "train.py"), "--save_dir"]
    words += [str(tmp_path), "--config", str(CONFIGS / "unet" / "unet_bilinear.yml")]
    words += ["--iters", "1", "--opts", *TINY, "batch_size=4"]
    with sole_run(tmp_path):
        done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert f"in use by another run (process {os.getpid()} on " in done.stderr
