"""Settings that make Paddle fast on a CPU, made once in a process.

Every tool makes them; a program of your own calls `tune_cpu()` before its first matrix
product. What the user has set by an environment variable stays.
"""

import contextlib
import ctypes
import mmap
import os
import platform
import sys
from typing import NamedTuple

__all__ = [
    "Setting",
    "compute_with_one_thread",
    "cores",
    "threads_of_user",
    "tune_cpu",
]

# Paddle sets this variable when it is imported, to "1" where the user has not.
_THREADS = "OMP_NUM_THREADS"


def _of_user(name):
    """Whether the user set an environment variable."""
    if name != _THREADS or "paddle" not in sys.modules:
        return name in os.environ
    with contextlib.suppress(OSError), open("/proc/self/environ", "rb") as file:
        return f"{name}=".encode() in b"\0" + file.read()
    return True


_USERS_THREADS = _of_user(_THREADS)

_MKL = "MKL_DEBUG_CPU_TYPE"
_MALLOC = (
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_TRIM_THRESHOLD_",
    "MALLOC_TOP_PAD_",
    "MALLOC_MMAP_MAX_",
    "GLIBC_TUNABLES",
    "LD_PRELOAD",  # perhaps of another allocator
)
# Numbers of glibc's <malloc.h>, and bytes.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_LARGE_PAGES = "/sys/kernel/mm/transparent_hugepage/enabled"
_MADV_HUGEPAGE = 14  # of Linux's <sys/mman.h>
_LARGE, _MOST = 1 << 30, (1 << 31) - 1
_LIMIT = 32 << 20  # of older versions

_made = None


class Setting(NamedTuple):
    """One setting: its name, its value or None where nothing was set, and why."""

    name: str
    value: object
    why: str

    def __str__(self):
        value = "left as it is" if self.value is None else self.value
        return f"{self.name}: {value}, {self.why}"


def tune_cpu() -> list[Setting]:
    """Set threads, memory and the processor's type for Paddle on a CPU; once.

    Three things that a user should not have to know:

    - Paddle computes with one thread unless OMP_NUM_THREADS says more. As many as there
      are physical cores for this process are used.
    - glibc returns large blocks to the system, and every feature map is then cleared
      page by page again. They are kept.
    - Paddle's matrix library takes its slowest path on processors that are not Intel's.
      It is told to take the one for AVX2 or AVX-512, which has to happen before its
      first product.

    Returns:
        list of Setting: what was set, or left, and why; the same at a second call.

    >>> [setting.name for setting in tune_cpu()]
    ['threads', 'memory', 'MKL_DEBUG_CPU_TYPE']
    """
    global _made
    if _made is None:
        _made = [_tune_threads(), _tune_memory(), _tune_mkl()]
    return list(_made)


def compute_with_one_thread() -> None:
    """Let each operator of this thread run on one core, unless the user has said more.

    For a tool that divides its work among threads of its own.
    """
    library = _paddles_library("libiomp5.so")
    if library is not None and not _USERS_THREADS:
        library.omp_set_num_threads(1)


def threads_of_user():
    """OMP_NUM_THREADS as the user set it: str, or None if Paddle or `tune_cpu` did."""
    return os.environ.get(_THREADS) if _USERS_THREADS else None


def cores():
    """Return how many physical cores this process may use: int, at least 1.

    Counted are the cores that the process is bound to, no more than a container's
    quota, as Linux tells them.
    """
    try:
        mine = os.sched_getaffinity(0)
    except AttributeError:  # not Linux
        return os.cpu_count() or 1
    count = len({_siblings(cpu) for cpu in mine})
    quota = _quota()
    return max(1, count if quota is None else min(count, int(quota)))


def _siblings(cpu):
    """What the processors of one core have in common."""
    path = f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"
    with contextlib.suppress(OSError), open(path) as file:
        return file.read().strip()
    return str(cpu)


def _quota():
    """Processors that a container may use at once, or None."""
    with contextlib.suppress(OSError, ValueError):
        with open("/sys/fs/cgroup/cpu.max") as file:
            quota, period = map(int, file.read().split())
        return quota / period
    with contextlib.suppress(OSError, ValueError):
        sides = []
        for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us"):
            with open(f"/sys/fs/cgroup/cpu/{name}") as file:
                sides.append(int(file.read()))
        return sides[0] / sides[1] if sides[0] > 0 else None
    return None


def _tune_threads():
    if _USERS_THREADS:
        return Setting("threads", None, f"{_THREADS}={os.environ.get(_THREADS)} is set")
    processes = _processes()
    threads = max(1, cores() // processes)
    library = _paddles_library("libiomp5.so")
    if library is None:
        return Setting("threads", None, "this Paddle has no OpenMP library of its own")
    library.omp_set_num_threads(threads)
    os.environ[_THREADS] = str(threads)  # for processes that this one begins
    why = f"as there are {cores()} physical cores for this process"
    if processes > 1:
        why = f"a share of {cores()} physical cores for {processes} processes"
    return Setting("threads", threads, why)


def _processes():
    """How many processes of paddle.distributed.launch share this machine."""
    with contextlib.suppress(ValueError, KeyError, ZeroDivisionError):
        nodes = int(os.environ.get("PADDLE_NNODES", "1"))
        return max(1, int(os.environ["PADDLE_TRAINERS_NUM"]) // nodes)
    return 1


def _paddles_library(name):
    import paddle

    path = os.path.join(os.path.dirname(paddle.__file__), "libs", name)
    with contextlib.suppress(OSError):
        return ctypes.CDLL(path)
    return None


def _tune_memory():
    users = [name for name in _MALLOC if name in os.environ]
    if users:
        return Setting("memory", None, f"{users[0]} is set")
    if platform.libc_ver()[0] != "glibc":
        return Setting("memory", None, "the C library is not glibc")
    library = ctypes.CDLL(None)
    set_to = library.mallopt
    grows = set_to(_MMAP_THRESHOLD, _LARGE)
    if not grows:
        set_to(_MMAP_THRESHOLD, _LIMIT)
    set_to(_TRIM_THRESHOLD, _MOST)
    set_to(_TOP_PAD, 1 << 28)
    why = "because clearing the pages of new ones takes longer than many operators"
    if grows and _asks_for_large_pages(library):
        return Setting("memory", "freed blocks are kept, in large pages", why)
    return Setting("memory", "freed blocks are kept", why)


def _asks_for_large_pages(library):
    """Have the heap's next GiB in pages of 2 MiB, where Linux leaves that to programs.

    Of so few pages the processor keeps all addresses at hand. None is taken before it
    is used.

    Returns:
        bool: whether Linux agrees.
    """
    try:
        with open(_LARGE_PAGES, encoding="ascii") as file:
            if "[madvise]" not in file.read():
                return False
    except OSError:
        return False
    size, page = _LARGE - (1 << 20), 1 << 21
    library.malloc.argtypes = [ctypes.c_size_t]
    library.malloc.restype = ctypes.c_void_p
    library.free.argtypes = [ctypes.c_void_p]
    library.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    begin = library.malloc(size)  # the heap grows; what is freed is kept, see above
    if begin is None:
        return False
    # Protobuf calls malloc_trim, which would give the GiB back, and with it what was
    # asked for. glibc does not shorten a heap that something lies behind.
    library.sbrk.argtypes = [ctypes.c_ssize_t]
    library.sbrk(mmap.PAGESIZE)
    library.free(begin)
    first, end = -(-begin // page) * page, (begin + size) // page * page
    return library.madvise(first, end - first, _MADV_HUGEPAGE) == 0


def _tune_mkl():
    if _MKL in os.environ:
        return Setting(_MKL, None, f"{_MKL}={os.environ[_MKL]} is set")
    vendor, flags = _processor()
    if vendor is None or vendor == "GenuineIntel":
        return Setting(_MKL, None, "it matters on x86 processors of others than Intel")
    for flag, value in (("avx512f", "7"), ("avx2", "5")):
        if flag in flags:
            os.environ[_MKL] = value
            return Setting(_MKL, value, f"as the processor has {flag} and is no Intel")
    return Setting(_MKL, None, "the processor has no AVX2")


def _processor():
    """Vendor and flags of an x86 processor, or None and nothing."""
    values = {"vendor_id": None, "flags": ""}
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file.read().split("\n\n")[0].splitlines():
            name, _, value = line.partition(":")
            values[name.strip()] = value.strip()
    return values["vendor_id"], values["flags"].split()
