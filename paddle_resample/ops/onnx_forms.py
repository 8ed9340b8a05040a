"""A switch to the forms of a few operators that ONNX has: the same numbers, slower in
Paddle, which keeps its own."""

import contextlib

__all__ = ["in_onnx_forms", "onnx_forms"]

_inside: list[bool] = []


@contextlib.contextmanager
def onnx_forms():
    """Trace for ONNX inside this with block.

    Example:
        >>> from paddle_resample.ops import in_onnx_forms, onnx_forms
        >>> with onnx_forms():
        ...     in_onnx_forms()
        True
    """
    _inside.append(True)
    try:
        yield
    finally:
        _inside.pop()


def in_onnx_forms() -> bool:
    """Return whether a program for ONNX is being traced; see `onnx_forms`."""
    return bool(_inside)
