"""Writing that loses nothing: a temporary name first, then one rename."""

import contextlib
import json
import math
import os
import shutil
import uuid
from pathlib import Path

from .errors import UsageError

__all__ = ["finite", "usable_folder", "write_json", "writing", "writing_folder"]


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
    temporary.mkdir(parents=True)
    try:
        yield temporary
        old = _beside(path)
        if path.exists():
            os.replace(path, old)
        os.replace(temporary, path)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


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
        path.mkdir(parents=True, exist_ok=True)
        probe = _beside(path / "probe")
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"{option} {str(path)!r} cannot be written: {error.strerror}"
        ) from None
    return path


def _beside(path):
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
