"""A disk that takes no more, said in one sentence."""

import contextlib
import errno

from ...errors import RunFailed

__all__ = ["disk_failures"]

_REFUSALS = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO")
    if hasattr(errno, name)
}


@contextlib.contextmanager
def disk_failures(save_dir):
    """Turn a failure to write into a sentence, for the time of a with block.

    Args:
        save_dir: where the block writes.

    Raises:
        RunFailed: the disk is full, read-only or broken.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        what = f" {error.filename}" if error.filename else ""
        raise RunFailed(
            f"save_dir {str(save_dir)!r} cannot be written ({error.strerror}{what}); "
            "the checkpoints already in it are whole: make room and continue with "
            "--resume_model auto"
        ) from None
