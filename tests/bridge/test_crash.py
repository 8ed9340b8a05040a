"""Processes killed by kill -9 at every step of a writing, and in the midst of training.

The steps are killed in a forked child, so that each takes milliseconds; the training
runs are the real tool.
"""

import itertools
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import paddle
import pytest

from checkout import CONFIGS, ROOT, TINY
from paddle_resample.bridge.checkpoint import (
    find_checkpoint,
    load_checkpoint,
    remove_old,
    save_checkpoint,
    save_weights,
    settle_run,
)
from paddle_resample.bridge.weights import read_state
from paddle_resample.files import settle, writing, writing_folder

# Forks of a process with Paddle's threads: kept out of the parallel fast run.
pytestmark = pytest.mark.slow
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
STEPS = ("replace", "fsync", "mkdir", "unlink", "rmdir", "open")


def killed_at(step, work):
    """Run `work` in a child that kills itself before its step-th change of the disk.

    Returns whether it was killed; False when it came to its end before.
    """
    child = os.fork()
    if child == 0:
        count = itertools.count(1)

        def counted(function):
            def call(*arguments, **options):
                if next(count) == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*arguments, **options)

            return call

        for name in STEPS:
            setattr(os, name, counted(getattr(os, name)))
        try:
            work()
        finally:
            os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def every_kill(work, prepare, check):
    """Kill `work` at each of its steps; give the number of steps."""
    for step in itertools.count(1):
        prepare()
        ended = not killed_at(step, work)
        check(ended)
        if ended:
            return step - 1


ANY = re.compile(".+")


@forks
@pytest.mark.parametrize("existing", [False, True])
def test_a_folder_is_old_or_new_and_never_gone(tmp_path, existing):
    target = tmp_path / "run" / "best_model"
    outcomes = set()

    def prepare():
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        target.parent.mkdir()
        if existing:
            target.mkdir()
            (target / "a").write_text("old")
            (target / "b").write_text("old")

    def work():
        with writing_folder(target) as new:
            for name in ("a", "b"):
                (new / name).write_text("new")

    def check(ended):
        settle(target.parent, ANY)
        assert [path.name for path in target.parent.iterdir()] in (
            [["best_model"]] if existing or ended else [[], ["best_model"]]
        )
        if target.exists():
            found = {path.name: path.read_text() for path in target.iterdir()}
            assert found in ({"a": "old", "b": "old"}, {"a": "new", "b": "new"})
            outcomes.add(found["a"])
            assert not ended or found["a"] == "new"

    assert every_kill(work, prepare, check) >= 8
    assert outcomes == ({"old", "new"} if existing else {"new"})


@forks
def test_killed_between_the_two_renames_the_new_folder_comes_back(tmp_path):
    """At that moment neither stands under the name; a copy that is being deleted
    must not be taken for the old one either."""
    target = tmp_path / "iter_5"
    target.mkdir()
    (target / "a").write_text("old")

    def work():
        with writing_folder(target) as new:
            (new / "a").write_text("new")
            os.replace = lambda old, new, first=os.replace: (
                first(old, new),
                os.kill(os.getpid(), signal.SIGKILL),
            )

    assert killed_at(-1, work)
    assert not target.exists() and len(list(tmp_path.iterdir())) == 2
    settle(tmp_path, re.compile("something_else"))
    assert not target.exists() and len(list(tmp_path.iterdir())) == 2
    settle(tmp_path, ANY)
    assert [p.name for p in tmp_path.iterdir()] == ["iter_5"]
    assert (target / "a").read_text() == "new"


@forks
def test_a_file_is_old_or_new(tmp_path):
    target = tmp_path / "run" / "scores.json"

    def prepare():
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        target.parent.mkdir()
        target.write_text("old")

    def work():
        with writing(target) as file:
            file.write("new")

    def check(ended):
        settle(target.parent, ANY)
        assert os.listdir(target.parent) == ["scores.json"]
        assert target.read_text() in (("new",) if ended else ("old", "new"))

    assert every_kill(work, prepare, check) >= 3


def state(value):
    net = paddle.nn.Linear(2, 2)
    net.weight.set_value(paddle.full([2, 2], float(value)))
    adam = paddle.optimizer.Adam(0.1, parameters=net.parameters())
    return net, adam


@forks
def test_checkpoints_at_every_step(tmp_path):
    """Write iter_3 beside iter_1 and iter_2 and delete iter_1, killed everywhere."""
    run = tmp_path / "run"
    states = {n: state(n) for n in (1, 2, 3)}
    prepared = tmp_path / "prepared"
    for n in (1, 2):
        save_checkpoint(prepared / f"iter_{n}", *states[n], {"iteration": n})
        save_weights(prepared / "best_model", "model.pdparams", states[n][0])
    newest = set()

    def prepare():
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(prepared, run)

    def work():
        save_weights(run / "best_model", "model.pdparams", states[3][0])
        save_checkpoint(run / "iter_3", *states[3], {"iteration": 3})
        remove_old(run, 2)

    def check(ended):
        for settled in (False, True):
            if settled:
                settle_run(run)
            found = find_checkpoint(run)
            net, adam = state(0)
            number = load_checkpoint(found, net, adam)["iteration"]
            newest.add(number)
            assert found.name == f"iter_{number}" and number in (2, 3)
            assert (net.weight.numpy() == number).all()
            for folder in run.glob("iter_*"):
                load_checkpoint(folder, net, adam)
        best = read_state(run / "best_model" / "model.pdparams", as_numpy=True)
        assert best["weight"][0, 0] in ((3,) if ended else (2, 3))
        left = {path.name for path in run.iterdir()}
        assert left <= {"iter_1", "iter_2", "iter_3", "best_model"}
        assert not ended or left == {"iter_2", "iter_3", "best_model"}

    assert every_kill(work, prepare, check) >= 25
    assert newest == {2, 3}


def test_what_others_write_there_is_not_cleared_up(tmp_path):
    for name in (".pictures.0a1b2c3d.new", ".iter_4.0a1b2c3d.new", ".notes", ".iter_4"):
        (tmp_path / name).mkdir()
    settle_run(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {".pictures.0a1b2c3d.new", ".notes", ".iter_4"}


def checkpoints_are_whole(run):
    """Everything that bears a name is complete."""
    newest = find_checkpoint(run)
    for folder in run.glob("iter_*"):
        for name in ("model.pdparams", "model.pdopt", "ema_model.pdparams"):
            assert read_state(folder / name), folder
    assert newest == max(
        run.glob("iter_*"), key=lambda p: int(p.name[5:]), default=None
    )
    for best in run.glob("*best_model"):
        for file in best.iterdir():
            assert read_state(file)
    return newest


# The schedule must not depend on the number of iterations, which the kills decide.
OPTIONS = [*TINY, "batch_size=4", "lr_scheduler.decay_steps=1000"]


def tool(run, iters):
    """The training tool in a process of its own; a function that ends it comes back."""
    words = [
        sys.executable,
        str(ROOT / "tools" / "train.py"),
        *("--config", str(CONFIGS / "unet" / "unet_pixel_shuffle.yml")),
        *("--save_dir", str(run), "--resume_model", "auto", "--device", "cpu"),
        *("--iters", str(iters), "--save_interval", "1", "--log_iters", "1"),
        *("--do_eval", "--use_ema", "--keep_checkpoint_max", "2"),
        *("--opts", *OPTIONS),
    ]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    return process.pid


def until(condition, process):
    """Wait without sleeping: what is waited for lasts a millisecond."""
    end = time.monotonic() + 120
    while not condition():
        assert os.waitpid(process, os.WNOHANG) == (0, 0), "it ended by itself"
        assert time.monotonic() < end


def kill_in_training(run, rng, in_writing):
    before = set(os.listdir(run)) if run.exists() else set()
    process = tool(run, 100_000)
    until(
        lambda: (
            run.exists()
            and any(n.startswith("iter_") for n in set(os.listdir(run)) - before)
        ),
        process,
    )
    time.sleep(rng.uniform(0, 0.3))
    if in_writing:
        writes = re.compile(r"\.(iter_\d+|(ema_)?best_model)\..*")
        until(lambda: any(map(writes.fullmatch, os.listdir(run))), process)
        time.sleep(rng.uniform(0, 0.004))
    os.kill(process, signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(process, 0)[1]) == signal.SIGKILL


def kill_often(tmp_path, kills):
    """Kill a run again and again, each time going on where it was; its end is that of
    a run that was left alone. Gives how often the writing of a checkpoint was hit."""
    rng = random.Random(5)
    run, whole = tmp_path / "run", tmp_path / "whole"
    reached, torn = 0, 0
    for kill in range(kills):
        kill_in_training(run, rng, in_writing=kill % 3 != 2)
        torn += any(name.startswith(".iter_") for name in os.listdir(run))
        newest = checkpoints_are_whole(run)
        number = int(newest.name[5:])
        assert number >= reached, "it went backwards"
        reached = number
    iters = reached + 2
    for folder in (run, whole):
        assert os.waitpid(tool(folder, iters), 0)[1] == 0
    assert not [name for name in os.listdir(run) if name.startswith(".")]
    for name in ("model.pdparams", "model.pdopt", "ema_model.pdparams"):
        a, b = (
            read_state(folder / f"iter_{iters}" / name, as_numpy=True)
            for folder in (run, whole)
        )
        assert a.keys() == b.keys()
        for key in a:
            np.testing.assert_array_equal(a[key], b[key], err_msg=f"{name} {key}")
    speed = re.compile(r'"images_per_second": [\d.]+')
    a, b = (speed.sub("", (f / "scores.json").read_text()) for f in (run, whole))
    assert a == b
    return torn


@forks
def test_two_kills(tmp_path):
    kill_often(tmp_path, 2)


@forks
@pytest.mark.slow
def test_thirty_kills(tmp_path):
    assert kill_often(tmp_path, 30) > 0
