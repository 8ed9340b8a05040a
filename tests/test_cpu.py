import json
import os
import subprocess
import sys

import pytest

from paddle_resample import cpu

PROGRAM = """
import json, os, sys
{before}
from paddle_resample import tune_cpu
made = tune_cpu()
assert tune_cpu() == made
import ctypes, paddle
library = ctypes.CDLL(os.path.dirname(paddle.__file__) + "/libs/libiomp5.so")
print(json.dumps([[s.value for s in made], [s.why for s in made],
                  library.omp_get_max_threads(), os.environ.get("OMP_NUM_THREADS")]))
"""


def settings(before="", **variables):
    """What a process of its own sets: values, reasons, its threads and its variable."""
    taken = (*cpu._MALLOC, cpu._MKL, cpu._THREADS, "PADDLE_TRAINERS_NUM")
    environment = {k: v for k, v in os.environ.items() if k not in taken}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(before=before)],
        env={**environment, **variables},
        stdout=subprocess.PIPE,
        timeout=100,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("before", ["", "import paddle"])
def test_nothing_set_by_the_user(before):
    (threads, memory, _), _, used, variable = settings(before)
    assert threads == used == int(variable) == cpu.cores()
    assert memory.startswith("freed blocks are kept")


@pytest.mark.parametrize("before", ["", "import paddle"])
def test_what_the_user_has_set_stays(before):
    values, reasons, used, variable = settings(
        before, OMP_NUM_THREADS="1", MALLOC_TOP_PAD_="65536", MKL_DEBUG_CPU_TYPE="4"
    )
    assert values == [None] * 3
    assert reasons == [
        "OMP_NUM_THREADS=1 is set",
        "MALLOC_TOP_PAD_ is set",
        "MKL_DEBUG_CPU_TYPE=4 is set",
    ]
    assert (used, variable) == (1, "1")


def test_launched_processes_share_the_cores(monkeypatch):
    monkeypatch.setattr(cpu, "_USERS_THREADS", False)
    monkeypatch.setattr(cpu, "cores", lambda: 16)
    threads = []

    class Library:
        omp_set_num_threads = staticmethod(threads.append)

    monkeypatch.setattr(cpu, "_paddles_library", lambda name: Library)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PADDLE_TRAINERS_NUM", "6")
    monkeypatch.setenv("PADDLE_NNODES", "2")
    assert str(cpu._tune_threads()) == (
        "threads: 5, a share of 16 physical cores for 3 processes"
    )
    assert threads == [5] and os.environ["OMP_NUM_THREADS"] == "5"


@pytest.mark.parametrize("vendor, flags, value", [
    ("GenuineIntel", "avx2 avx512f", None), ("AuthenticAMD", "sse avx2", "5"),
    ("AuthenticAMD", "avx2 avx512f", "7"), ("HygonGenuine", "sse2", None),
    (None, "", None),
])  # fmt: skip
def test_mkl_path(monkeypatch, vendor, flags, value):
    monkeypatch.delenv(cpu._MKL, raising=False)
    monkeypatch.setattr(cpu, "_processor", lambda: (vendor, flags.split()))
    assert cpu._tune_mkl().value == value
    assert os.environ.pop(cpu._MKL, None) == value


def test_cores_of_a_container(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(cpu, "_siblings", lambda cpu: cpu // 2)
    for quota, expected in ((None, 4), (2.5, 2), (0.5, 1), (100.0, 4)):
        monkeypatch.setattr(cpu, "_quota", lambda quota=quota: quota)
        assert cpu.cores() == expected


def test_another_c_library(monkeypatch):
    monkeypatch.setattr(cpu.platform, "libc_ver", lambda: ("", ""))
    for name in cpu._MALLOC:
        monkeypatch.delenv(name, raising=False)
    assert cpu._tune_memory() == cpu.Setting(
        "memory", None, "the C library is not glibc"
    )


PAGES = """
import ctypes, json
from paddle_resample import tune_cpu
memory = tune_cpu()[1].value
ctypes.CDLL(None).malloc_trim(0)  # as libraries do
advised = 0
with open("/proc/self/smaps") as file:
    for line in file:
        if line.startswith("Size:"):
            kilobytes = int(line.split()[1])
        elif line.startswith("VmFlags") and " hg" in line:
            advised += kilobytes
print(json.dumps([memory, advised > 900_000]))
"""


def test_large_pages_where_linux_leaves_them_to_programs(tmp_path, monkeypatch):
    try:
        with open(cpu._LARGE_PAGES) as file:
            left_to_programs = "[madvise]" in file.read()
    except OSError:
        left_to_programs = False
    environment = {k: v for k, v in os.environ.items() if k not in cpu._MALLOC}
    done = subprocess.run(
        [sys.executable, "-c", PAGES],
        env=environment,
        stdout=subprocess.PIPE,
        timeout=100,
        check=True,
    )
    memory, advised = json.loads(done.stdout.splitlines()[-1])
    assert advised == memory.endswith("in large pages") == left_to_programs
    (tmp_path / "enabled").write_text("[always] madvise never")
    for path in (tmp_path / "enabled", tmp_path / "absent"):
        monkeypatch.setattr(cpu, "_LARGE_PAGES", str(path))
        assert not cpu._asks_for_large_pages(None)
