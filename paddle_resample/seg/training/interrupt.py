"""Ctrl-C between two iterations, never inside one."""

import contextlib
import signal

__all__ = ["interrupt_flag"]


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
