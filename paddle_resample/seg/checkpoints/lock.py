"""One run for one folder: a lock that ends with its process, however it ends."""

import contextlib
import errno
import os
import platform
from pathlib import Path

from ...errors import UsageError
from ...language import translated

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

__all__ = ["LOCK", "sole_run"]

LOCK = ".lock"

_TAKEN = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
_held = set()


@contextlib.contextmanager
def sole_run(folder):
    """Hold a folder for the time of a with block.

    The system drops the lock when the process ends, even by kill -9, so a lock that is
    held always belongs to a run that lives. Where the file system knows no locks, a
    line says so and the block runs without.

    Args:
        folder: the run's save_dir.

    Raises:
        UsageError: another run holds the folder; names its process.
    """
    handle = _acquire(Path(folder) / LOCK, folder)
    if handle is None:
        yield
        return
    _held.add(handle)
    try:
        yield
    finally:
        _held.discard(handle)
        # The name goes first: who opens it later makes a file of his own.
        with contextlib.suppress(OSError):
            os.unlink(Path(folder) / LOCK)
        os.close(handle)


def _acquire(path, folder):
    """Handle of the locked file, or None where the file system has no locks."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(handle)
            if not _is_named(handle, path):  # its last owner has just removed it
                os.close(handle)
                continue
        except OSError as error:
            owner = os.pread(handle, 200, 0).decode(errors="replace") if fcntl else ""
            os.close(handle)
            if error.errno not in _TAKEN:
                line = f"note: {folder} cannot be locked ({error.strerror})"
                print(translated(line))
                return None
            raise UsageError(
                f"save_dir {str(folder)!r} is in use by another run"
                f"{f' ({owner})' if owner else ''}; wait for it or choose another "
                "save_dir"
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {platform.node()}".encode())
        return handle


def _lock(handle):
    if fcntl:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)


def _is_named(handle, path):
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def _release_in_child():
    """A worker of the loader must not keep the lock of a run that was killed."""
    for handle in _held:
        os.close(handle)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_in_child)
