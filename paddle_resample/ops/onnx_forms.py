"""Other forms of a few operators while a program for ONNX is traced: the same numbers
from operators that ONNX has. They are slower in Paddle, which keeps its own."""

import contextlib

__all__ = ["in_onnx_forms", "onnx_forms"]

_inside = []


@contextlib.contextmanager
def onnx_forms():
    """Trace for ONNX inside this with block."""
    _inside.append(True)
    try:
        yield
    finally:
        _inside.pop()


def in_onnx_forms():
    """Return whether a program for ONNX is being traced."""
    return bool(_inside)
