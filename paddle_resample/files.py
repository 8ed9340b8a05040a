"""Writing that loses nothing: a temporary name first, then one rename."""

import contextlib
import json
import math
import os
import re
import shutil
import uuid
from pathlib import Path

from .errors import UsageError

__all__ = [
    "discard_folder",
    "finite",
    "remove_unused_folders",
    "settle",
    "usable_folder",
    "write_json",
    "writing",
    "writing_folder",
]

# Ends of the hidden names beside a file or folder: not complete yet, replaced by a
# complete one of the same mark, to be deleted.
_NEW, _OLD, _GONE = ".new", ".old", ".gone"
_made = []  # folders that this process made and that may stay empty
_LEFT = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}\.(new|old|gone)")


@contextlib.contextmanager
def writing(path, mode="w"):
    """Open a file that appears under `path` only when it is complete.

    Args:
        path: final name; an older file there stays until the new one is whole.
        mode: "w" (UTF-8) or "wb".

    Yields:
        the open file.
    """
    path = Path(path)
    temporary = _beside(path)
    encoding = None if "b" in mode else "utf-8"
    try:
        with open(temporary, mode, encoding=encoding) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def writing_folder(path):
    """Fill a folder that appears under `path` only when it is complete.

    Args:
        path: final name; an older folder there is replaced at the end.

    Yields:
        Path of the temporary folder to write into.
    """
    path = Path(path)
    temporary = _beside(path)
    old = temporary.with_suffix(_OLD)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        _sync_content(temporary)
        if path.exists():
            os.replace(path, old)
        # A process killed here leaves both folders, whole, to `settle`.
        os.replace(temporary, path)
        _sync_folder(path.parent)
    finally:
        if old.exists():
            if path.exists():
                _delete(old, old.with_suffix(_GONE))
            else:
                os.replace(old, path)
        shutil.rmtree(temporary, ignore_errors=True)


def discard_folder(path):
    """Delete a folder so that no half of it is ever left under its name.

    Args:
        path: of the folder; it need not exist.
    """
    path = Path(path)
    _delete(path, _beside(path, _GONE))


def _delete(path, gone):
    with contextlib.suppress(FileNotFoundError):
        os.replace(path, gone)
    shutil.rmtree(gone, ignore_errors=True)


def settle(folder, names):
    """Finish what a killed process left undone in a folder of which we are the owner.

    A folder that was being replaced comes back under its name, in its new form; what
    was not complete, and what was being deleted, goes.

    Args:
        folder: Path.
        names: compiled pattern of the files and folders that the owner writes there;
            what others may be writing is not touched.
    """
    left = [
        (match["name"], path)
        for path in folder.iterdir()
        if (match := _LEFT.fullmatch(path.name)) and names.fullmatch(match["name"])
    ]
    for name, old in left:
        if old.suffix == _OLD and not (folder / name).exists():
            new = old.with_suffix(_NEW)
            os.replace(new if new.exists() else old, folder / name)
    for _, path in left:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def write_json(path, content):
    """Write content as JSON, whole or not at all; NaN and infinity become null.

    Args:
        path: of the file.
        content: dict or list.
    """
    with writing(path) as file:
        json.dump(finite(content), file, indent=1)
        file.write("\n")


def finite(value):
    """Replace NaN and infinity, which JSON does not have, by None.

    Args:
        value: what JSON can hold, nested as deep as it is.

    Returns:
        the same with None where a float was not finite.

    >>> finite({"miou": float("nan"), "iou": [0.5]})
    {'miou': None, 'iou': [0.5]}
    """
    if isinstance(value, dict):
        return {key: finite(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def usable_folder(path, option="save_dir"):
    """Make sure that a folder exists and can be written.

    Args:
        path: the folder.
        option: what the user calls it, for the message.

    Returns:
        Path.

    Raises:
        UsageError: it cannot be made or written.
    """
    path = Path(path)
    try:
        missing = [p for p in (path, *path.parents) if not p.exists()]
        path.mkdir(parents=True, exist_ok=True)
        _made.extend(missing)
        probe = _beside(path / "probe")
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"{option} {str(path)!r} cannot be written: {error.strerror}"
        ) from None
    return path


def remove_unused_folders():
    """Remove the folders that `usable_folder` made and nothing was written to."""
    for path in _made:
        with contextlib.suppress(OSError):
            path.rmdir()
    _made.clear()


def _beside(path, end=_NEW):
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}{end}")


def _sync_content(folder):
    """Have the disk hold a folder's files before the folder gets its name."""
    for path in folder.rglob("*"):
        if path.is_dir():
            _sync_folder(path)
        else:
            with open(path, "rb+") as file:
                os.fsync(file.fileno())
    _sync_folder(folder)


def _sync_folder(folder):
    """Have the disk hold the names in a folder, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
