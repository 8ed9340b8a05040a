"""The processes that read samples end with the loop, and the process, they read for.

Paddle's own do not always: a loop that is left before its last batch keeps its loader's
thread, and so the workers, for the rest of the run; and a worker waits for its next
order without looking whether the process that gives orders still lives.
"""

import os
import threading
import time
from multiprocessing.util import Finalize
from pathlib import Path

__all__ = ["EndWithParent", "each_batch"]

_LOOK = 1.0  # seconds between two looks at the parent
_EXITING = 0x4  # of the kernel's flags of a process
_QUIET = 3  # looks at the shared memory that find nothing, before a worker ends
_PATIENCE = 5.0  # seconds that a worker has to end by itself


def each_batch(loader):
    """Iterate over a loader, and end its workers when the loop ends, however it does.

    Args:
        loader: paddle.io.DataLoader.

    Yields:
        its batches.
    """
    iterator = iter(loader)
    try:
        yield from iterator
    finally:
        workers = getattr(iterator, "_workers", None)
        if workers:
            iterator._try_shutdown_all(_PATIENCE)
            for worker in workers:
                worker.kill()


class EndWithParent:
    """A loader's worker_init_fn: the worker ends within seconds of the process that
    made this object, also when that is killed, and takes along the batches that it has
    put into shared memory, which nobody else would ever remove."""

    def __init__(self):
        self.parent = os.getpid()

    def __call__(self, worker):
        # A worker that is at work when its parent dies may see it by itself, and end:
        # behind the thread that brings batches into shared memory (priority -5).
        Finalize(self, self._clear, exitpriority=-100)
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        while os.getppid() == self.parent:
            time.sleep(_LOOK)
        self._clear()
        os._exit(1)

    def _clear(self):
        mine, quiet = f"paddle_{os.getpid()}_*", 0
        while quiet < _QUIET and self._parent_is_gone():
            left = list(Path("/dev/shm").glob(mine))
            for batch in left:
                batch.unlink(missing_ok=True)
            quiet = 0 if left else quiet + 1
            time.sleep(_LOOK / 10)  # it may be writing one more

    def _parent_is_gone(self):
        if os.getppid() != self.parent:
            return True
        # A process that ends closes its pipes, which ends a worker, before it gives
        # its children away.
        try:
            stat = Path(f"/proc/{self.parent}/stat").read_text()
        except OSError:
            return True
        flags = int(stat.rpartition(")")[2].split()[6])
        return bool(flags & _EXITING)
