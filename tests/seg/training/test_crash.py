"""Processes killed by kill -9 at every step of a writing, and in the midst of training.

The steps are killed in children of a small program (victims.py), so that each takes
milliseconds; the training runs are the real tool.
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
import pytest

from checkout import CONFIGS, ROOT, TINY
from paddle_resample.files import settle
from paddle_resample.seg.checkpoints.checkpoint import (
    find_checkpoint,
    load_checkpoint,
    save_checkpoint,
    save_weights,
    settle_run,
)
from paddle_resample.seg.checkpoints.weights import read_state
from tests.seg.victims import linear


def every_kill(victims, work, run, prepare, check):
    """Kill `work`, one of victims.py, at each of its steps; give their number."""
    for step in itertools.count(1):
        prepare()
        ended = not victims("killed_at", step, work, run)
        check(ended)
        if ended:
            return step - 1


ANY = re.compile(".+")


@pytest.mark.parametrize("existing", [False, True])
def test_a_folder_is_old_or_new_and_never_gone(tmp_path, victims, existing):
    target = tmp_path / "run" / "best_model"
    outcomes = set()

    def prepare():
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        target.parent.mkdir()
        if existing:
            target.mkdir()
            (target / "a").write_text("old")
            (target / "b").write_text("old")

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

    assert every_kill(victims, "write_folder", target.parent, prepare, check) >= 8
    assert outcomes == ({"old", "new"} if existing else {"new"})


def test_killed_between_the_two_renames_the_new_folder_comes_back(tmp_path, victims):
    """At that moment neither stands under the name; a copy that is being deleted
    must not be taken for the old one either."""
    target = tmp_path / "best_model"
    target.mkdir()
    (target / "a").write_text("old")
    assert victims("killed_at", 0, "write_folder_to_its_first_rename", tmp_path)
    assert not target.exists() and len(list(tmp_path.iterdir())) == 2
    settle(tmp_path, re.compile("something_else"))
    assert not target.exists() and len(list(tmp_path.iterdir())) == 2
    settle(tmp_path, ANY)
    assert [p.name for p in tmp_path.iterdir()] == ["best_model"]
    assert (target / "a").read_text() == "new"


def test_a_file_is_old_or_new(tmp_path, victims):
    target = tmp_path / "run" / "scores.json"

    def prepare():
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        target.parent.mkdir()
        target.write_text("old")

    def check(ended):
        settle(target.parent, ANY)
        assert os.listdir(target.parent) == ["scores.json"]
        assert target.read_text() in (("new",) if ended else ("old", "new"))

    assert every_kill(victims, "write_file", target.parent, prepare, check) >= 3


def test_checkpoints_at_every_step(tmp_path, victims):
    """Write iter_3 beside iter_1 and iter_2 and delete iter_1, killed everywhere."""
    run = tmp_path / "run"
    prepared = tmp_path / "prepared"
    for n in (1, 2):
        net, adam = linear(n)
        save_checkpoint(prepared / f"iter_{n}", net, adam, {"iteration": n})
        save_weights(prepared / "best_model", "model.pdparams", net)
    newest = set()

    def prepare():
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(prepared, run)

    def check(ended):
        for settled in (False, True):
            if settled:
                settle_run(run)
            found = find_checkpoint(run)
            net, adam = linear(0)
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

    assert every_kill(victims, "write_checkpoint", run, prepare, check) >= 25
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


posix = pytest.mark.skipif(os.name != "posix", reason="this system has no SIGKILL")
# The schedule must not depend on the number of iterations, which the kills decide.
OPTIONS = [*TINY, "batch_size=4", "lr_scheduler.decay_steps=1000"]


def tool(run, iters):
    """The training tool in a process of its own: Popen."""
    words = [
        sys.executable,
        str(ROOT / "tools" / "train.py"),
        *("--config", str(CONFIGS / "unet" / "unet_pixel_shuffle.yml")),
        *("--save_dir", str(run), "--resume_model", "auto", "--device", "cpu"),
        *("--iters", str(iters), "--save_interval", "1", "--log_iters", "1"),
        *("--do_eval", "--use_ema", "--keep_checkpoint_max", "2"),
        *("--opts", *OPTIONS),
    ]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL)


def until(condition, process):
    """Wait without sleeping: what is waited for lasts a millisecond."""
    end = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, "it ended by itself"
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
    process.kill()
    assert process.wait() == -signal.SIGKILL


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
        assert tool(folder, iters).wait() == 0
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


@posix
@pytest.mark.slow
def test_two_kills(tmp_path):
    kill_often(tmp_path, 2)


@posix
@pytest.mark.slow
def test_thirty_kills(tmp_path):
    assert kill_often(tmp_path, 30) > 0
