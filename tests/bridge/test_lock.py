"""Two runs never work in one folder; a dead one does not keep it."""

import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from checkout import CONFIGS, TINY
from paddle_resample import UsageError
from paddle_resample.bridge import lock
from paddle_resample.bridge.components import Components
from paddle_resample.bridge.config import ResampleConfig
from paddle_resample.bridge.lock import LOCK, sole_run
from paddle_resample.bridge.training import Settings, Trainer

# Forks of a process with Paddle's threads: kept out of the parallel fast run.
pytestmark = pytest.mark.slow
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def trainer(folder):
    path = str(CONFIGS / "unet" / "unet_bilinear.yml")
    config = ResampleConfig(path, iters=1, batch_size=4, opts=TINY)
    return Trainer(Components(config), Settings(save_dir=str(folder)))


def in_child(work):
    """Pid of a forked child that does `work` and then lives on."""
    ready, say = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(say)
            time.sleep(60)
        finally:
            os._exit(1)
    os.close(say)
    assert os.read(ready, 1) == b"+"
    os.close(ready)
    return child


def hold(folder, then=None):
    def work(say):
        with sole_run(folder):
            if then:
                then()
            os.write(say, b"+")
            time.sleep(60)

    return work


def end(child):
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@forks
def test_the_second_run_is_refused_while_the_first_lives(tmp_path):
    (tmp_path / "iter_9").mkdir()
    first = in_child(hold(tmp_path))
    second = trainer(tmp_path)
    with pytest.raises(UsageError) as error:
        second.run()
    end(first)
    assert f"save_dir '{tmp_path}' is in use by another run (process {first} on" in str(
        error.value
    )
    assert sorted(os.listdir(tmp_path)) == [LOCK, "iter_9"]  # nothing was touched
    second.run()
    assert LOCK not in os.listdir(tmp_path)
    assert (tmp_path / "iter_1").exists() and (tmp_path / "earlier_1/iter_9").exists()


@forks
def test_a_worker_that_outlives_the_run_does_not_hold_the_lock(tmp_path):
    pids = []

    def worker():
        if os.fork() == 0:
            (tmp_path / "worker").write_text(str(os.getpid()))
            time.sleep(60)
            os._exit(0)
        while not (tmp_path / "worker").exists():
            time.sleep(0.01)

    end(in_child(hold(tmp_path, worker)))
    pids.append(int((tmp_path / "worker").read_text() or 0))
    with sole_run(tmp_path):
        os.kill(pids[0], 0)  # it still lives
    os.kill(pids[0], signal.SIGKILL)


def test_released_at_the_end_and_after_an_error(tmp_path):
    with pytest.raises(KeyError), sole_run(tmp_path):
        with pytest.raises(UsageError, match="in use by another run"):
            with sole_run(tmp_path):
                pass
        raise KeyError
    assert os.listdir(tmp_path) == []
    with sole_run(tmp_path):
        assert os.listdir(tmp_path) == [LOCK]


@forks
def test_many_at_once_are_never_two(tmp_path):
    """Eight processes take and leave the lock; whoever is in finds himself alone."""
    run, inside = tmp_path / "run", tmp_path / "inside"
    run.mkdir()
    children = []
    for _ in range(8):
        child = os.fork()
        if child == 0:
            entered, status = 0, 1
            try:
                while entered < 25:
                    try:
                        with sole_run(run):
                            os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
                            entered += 1
                            os.unlink(inside)
                    except UsageError:
                        time.sleep(0.0005)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8


@forks
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
