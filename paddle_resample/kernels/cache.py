"""The folder that keeps built libraries, and their digests.

A library appears under its name only when it is whole, with its digest beside it: a
truncated library would kill the process that loads it.
"""

import contextlib
import hashlib
import os
from pathlib import Path

__all__ = [
    "BuildError",
    "cache_folder",
    "is_whole",
    "keep",
    "locked",
    "make_folder",
    "refuse_noexec",
]

_NO_HOME = (
    "there is no folder to keep them in, because this user has no home; set "
    "PADDLE_RESAMPLE_CACHE to a folder"
)
_NOEXEC = (
    "the cache {!r} is mounted noexec; set PADDLE_RESAMPLE_CACHE to another folder"
)


class BuildError(Exception):
    """Why there is no library, in one sentence."""


def cache_folder():
    """Return the folder of built libraries: $PADDLE_RESAMPLE_CACHE, or a folder of the
    user's cache.

    Raises:
        BuildError: the user has no home.
    """
    chosen = os.environ.get("PADDLE_RESAMPLE_CACHE")
    if chosen:
        return Path(chosen) / "kernels"
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    try:
        return Path(home).expanduser() / "paddle_resample" / "kernels"
    except RuntimeError:  # of a user whom the system does not know
        raise BuildError(_NO_HOME) from None


def make_folder(folder):
    """Make the folder of built libraries.

    Raises:
        BuildError: libraries cannot be loaded from it.
        OSError: it cannot be made.
    """
    # A folder that was named may be meant for several users.
    mode = 0o777 if os.environ.get("PADDLE_RESAMPLE_CACHE") else 0o700
    folder.mkdir(parents=True, exist_ok=True, mode=mode)
    refuse_noexec(folder)


def is_whole(library):
    """Whether a library is there and has the digest beside it."""
    with contextlib.suppress(OSError):
        digest = library.with_suffix(".sha256").read_text(encoding="ascii")
        return digest == hashlib.sha256(library.read_bytes()).hexdigest()
    return False


def keep(linked, library):
    """Move what was linked to its name, after its digest, both on the disk."""
    digest = linked.with_suffix(".sha256")
    digest.write_text(hashlib.sha256(linked.read_bytes()).hexdigest(), "ascii")
    for path, name in ((digest, library.with_suffix(".sha256")), (linked, library)):
        with open(path, "rb") as file:
            os.fsync(file.fileno())
        os.replace(path, name)


def refuse_noexec(folder):
    """Raise BuildError if libraries cannot be loaded from a folder, made or not."""
    with contextlib.suppress(OSError):
        there = next(p for p in (folder, *folder.parents) if p.exists())
        if os.statvfs(there).f_flag & os.ST_NOEXEC:
            raise BuildError(_NOEXEC.format(str(folder)))


@contextlib.contextmanager
def locked(path):
    """Hold the lock of a file inside a with block; other processes wait."""
    import fcntl  # not on Windows

    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file unlocks it
