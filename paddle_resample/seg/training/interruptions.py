"""What may break into a run: Ctrl-C, and a disk that takes no more."""

import contextlib
import errno
import signal

from ...errors import RunFailed

__all__ = ["disk_failures", "interrupt_flag"]

_REFUSALS = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO")
    if hasattr(errno, name)
}


@contextlib.contextmanager
def interrupt_flag():
    """Turn the first Ctrl-C into a question the caller asks when its state is whole.

    The second Ctrl-C raises KeyboardInterrupt at once, as usual.

    Yields:
        function without arguments: whether Ctrl-C was pressed.
    """
    pressed = []

    def note(number, frame):
        pressed.append(number)
        signal.signal(signal.SIGINT, previous)

    previous = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, previous)


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
