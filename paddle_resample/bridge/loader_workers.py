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
        # A worker that is at work when its parent dies may see it by itself, and end.
        Finalize(self, self._clear, exitpriority=1)
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        while os.getppid() == self.parent:
            time.sleep(_LOOK)
        self._clear()
        os._exit(1)

    def _clear(self):
        mine = f"paddle_{os.getpid()}_*"
        while os.getppid() != self.parent:
            left = list(Path("/dev/shm").glob(mine))
            if not left:
                return
            for batch in left:
                batch.unlink(missing_ok=True)
            time.sleep(_LOOK / 10)  # it may be writing one more
