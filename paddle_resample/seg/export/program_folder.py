"""The folder of an exported program: its files alone are replaced, all at the end."""

import contextlib
import os
import tempfile
from pathlib import Path

from ...errors import UsageError
from ...files import writing_folder

__all__ = ["PROGRAM_FILES", "check_program_folder", "writing_program"]

PROGRAM_FILES = ("model.json", "model.pdmodel", "model.pdiparams")
PROGRAM_FILES += ("model.pdiparams.info", "deploy.yaml", "model.onnx")


def check_program_folder(save_dir, inputs=()):
    """Refuse a folder in which the program would replace what is read.

    Args:
        save_dir: path; it need not exist.
        inputs: paths that are read; None among them means nothing.

    Raises:
        UsageError: it is no folder, or one of its files is read.
    """
    folder = Path(save_dir)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"save_dir {str(save_dir)!r} is no folder")
    written = {(folder / name).resolve() for name in PROGRAM_FILES}
    for path in inputs:
        if path and Path(path).resolve() in written:
            raise UsageError(
                f"the program in save_dir {str(save_dir)!r} would replace {path}, "
                "which is read; choose another --save_dir"
            )


@contextlib.contextmanager
def writing_program(save_dir):
    """Collect a program's files, which take their place when all are complete.

    Args:
        save_dir: folder; what else it holds stays.

    Yields:
        Path of the temporary folder to write into.
    """
    folder = Path(save_dir)
    if not folder.exists() or all(p.name in PROGRAM_FILES for p in folder.iterdir()):
        with writing_folder(folder) as new:
            yield new
        return
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export.") as new:
        yield Path(new)
        for name in PROGRAM_FILES:
            if (Path(new) / name).exists():
                os.replace(Path(new) / name, folder / name)
            else:  # of an earlier export, which this one replaces
                (folder / name).unlink(missing_ok=True)
