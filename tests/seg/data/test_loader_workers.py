"""The processes that read samples end with what they read for."""

import os
import time
from pathlib import Path

import pytest


def lives(pid):
    """Whether a process runs; one that has ended and waits to be noted does not."""
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not os.path.isdir("/proc/self")


def left_in_memory(workers):
    """Batches of workers in shared memory, as Paddle names them."""
    return [
        path
        for worker in workers
        for path in Path("/dev/shm").glob(f"paddle_{worker}_*")
    ]


def until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited for a minute"
        time.sleep(0.1)


def test_workers_of_a_process_that_is_killed_end_soon(victims):
    run, *workers = victims("read")
    assert all(map(lives, workers))
    if Path("/dev/shm").is_dir():  # the next batches, which they read ahead
        until(lambda: left_in_memory(workers))
    victims("end", run)
    until(lambda: not any(map(lives, workers)))
    assert left_in_memory(workers) == []


@pytest.mark.parametrize("way", ["end", "early", "error"])
def test_workers_end_with_their_loop(victims, way):
    assert victims("workers_after", way) == 0
