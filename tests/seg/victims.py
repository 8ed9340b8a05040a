"""Processes for tests to kill: children of a program with one thread. Pytest's own
process has the threads of Paddle and of its runners, and is not to be forked.

The program reads commands from stdin, each a line with a JSON list: the name of a
function in COMMANDS and its arguments. It answers each with a line of JSON. When stdin
closes, it kills what still lives.
"""

import contextlib
import itertools
import json
import multiprocessing
import os
import signal
import sys
import time
import traceback
from pathlib import Path

import paddle
from paddleseg.transforms import Normalize

from paddle_resample import UsageError
from paddle_resample.files import writing, writing_folder
from paddle_resample.seg.checkpoints.checkpoint import (
    remove_old,
    save_checkpoint,
    save_weights,
)
from paddle_resample.seg.checkpoints.lock import sole_run
from paddle_resample.seg.data.loading import evaluation_loader, training_loader
from paddle_resample.seg.embedded_data import FineShapes

LIFE = 60  # seconds that a victim waits for its death
STEPS = ("replace", "fsync", "mkdir", "unlink", "rmdir", "open")
_alive = set()


def linear(value):
    """(net, optimizer) of a layer whose weights are all `value`."""
    net = paddle.nn.Linear(2, 2)
    net.weight.set_value(paddle.full([2, 2], float(value)))
    return net, paddle.optimizer.Adam(0.1, parameters=net.parameters())


def write_file(run):
    with writing(run / "scores.json") as file:
        file.write("new")


def write_folder(run):
    with writing_folder(run / "best_model") as new:
        for name in ("a", "b"):
            (new / name).write_text("new")


def write_folder_to_its_first_rename(run):
    rename = os.replace

    def last(old, new):
        rename(old, new)
        os.kill(os.getpid(), signal.SIGKILL)

    os.replace = last
    write_folder(run)


def write_checkpoint(run):
    """iter_3 beside the two that are there, of which the older goes."""
    net, adam = linear(3)
    save_weights(run / "best_model", "model.pdparams", net)
    save_checkpoint(run / "iter_3", net, adam, {"iteration": 3})
    remove_old(run, 2)


WORKS = (write_file, write_folder, write_folder_to_its_first_rename, write_checkpoint)
WORKS = {work.__name__: work for work in WORKS}


def killed_at(step, work, run):
    """Whether a child that does `work` in `run` was killed: it kills itself before its
    step-th change of the disk, and may come to its end before."""

    def count_and_work(say):
        count = itertools.count(1)

        def counted(function):
            def call(*arguments, **options):
                if next(count) == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*arguments, **options)

            return call

        for name in STEPS:
            setattr(os, name, counted(getattr(os, name)))
        WORKS[work](Path(run))

    status = os.waitpid(_child(count_and_work)[0], 0)[1]
    assert status in (0, signal.SIGKILL), status
    return status == signal.SIGKILL


def hold(run):
    """Pid of a child that holds the lock of `run` until it is killed."""

    def work(say):
        with sole_run(run):
            say("held")
            time.sleep(LIFE)

    child, said = _child(work)
    assert said == "held", said
    _alive.add(child)
    return child


def hold_with_worker(run):
    """Pids of such a child and of a child of its own, which outlives it."""

    def work(say):
        with sole_run(run):
            worker = os.fork()
            if worker == 0:
                say(os.getpid())
                time.sleep(LIFE)
                os._exit(0)
            time.sleep(LIFE)

    child, worker = _child(work)
    assert worker is not None
    _alive.update((child, worker))
    return child, worker


def read():
    """Pids of a child that reads samples and of its two workers, which must not
    outlive it."""

    def work(say):
        data = FineShapes(
            mode="train", num_samples=8, size=32, transforms=[Normalize()]
        )
        for _ in training_loader(data, 2, seed=0, start=0, stop=99, num_workers=2):
            say([worker.pid for worker in multiprocessing.active_children()])
            time.sleep(LIFE)

    child, workers = _child(work)
    assert len(workers) == 2
    _alive.add(child)
    return [child, *workers]


def workers_after(way):
    """How many workers live on when a loop over a loader is left: at its "end",
    "early", or by an "error"."""

    def work(say):
        transforms = [Normalize()]
        data = FineShapes(mode="val", num_samples=5, size=32, transforms=transforms)
        seen = 0
        with contextlib.suppress(ArithmeticError):
            for _ in evaluation_loader(data, 2, num_workers=2):
                seen += 1
                if way == "early":
                    break
                if way == "error":
                    raise ArithmeticError
        assert seen == (3 if way == "end" else 1)
        say(len(multiprocessing.active_children()))

    child, count = _child(work)
    os.waitpid(child, 0)
    return count


def end(pid):
    """Kill one of those whose pid was given."""
    _alive.remove(pid)
    os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):  # a child's child is the system's
        os.waitpid(pid, 0)


def take_turns(run, inside, processes, turns):
    """Statuses of children that take and leave the lock of `run`, each so many times;
    whoever holds it makes the file `inside`, which must not be there."""

    def work(say):
        entered = 0
        while entered < turns:
            try:
                with sole_run(run):
                    os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
                    entered += 1
                    os.unlink(inside)
            except UsageError:
                time.sleep(0.0005)

    children = [_child(work, wait=False)[0] for _ in range(processes)]
    return [os.waitpid(child, 0)[1] for child in children]


COMMANDS = (killed_at, hold, hold_with_worker, take_turns, read, workers_after, end)
COMMANDS = {command.__name__: command for command in COMMANDS}


def _child(work, wait=True):
    """(pid, its first word, if any) of a forked child that does `work(say)`."""
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(heard)
            work(lambda word: os.write(told, json.dumps(word).encode() + b"\n"))
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(told)
    with os.fdopen(heard) as lines:
        said = lines.readline() if wait else ""
    return child, json.loads(said) if said else None


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed is no answer
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(COMMANDS[name](*arguments)), file=answers, flush=True)
    for pid in _alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
