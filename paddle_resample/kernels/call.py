"""Calling an operator that the loaded library has registered with Paddle, and
functions of the library itself."""

import ctypes
import functools

import paddle

__all__ = ["call", "call_all", "function", "use_library"]

_run = getattr(paddle._C_ops, "_run_custom_op", None)
if _run is None:  # Paddle 2.6
    _run = paddle.base.core.eager._run_custom_op

_library = None


def use_library(path):
    """Take functions from the loaded library at this path."""
    global _library
    _library = ctypes.CDLL(str(path))


@functools.cache
def function(name, pointers, numbers):
    """Return function `paddle_resample_<name>` of the library.

    A call of it takes a microsecond. At each call of an operator Paddle copies what it
    knows of all that are registered, for about ten; but a function gives no gradient.

    Args:
        name: of the function, without its prefix.
        pointers, numbers: how many addresses it takes, and 64-bit integers after them.
    """
    found = getattr(_library, "paddle_resample_" + name)
    found.argtypes = [ctypes.c_void_p] * pointers + [ctypes.c_int64] * numbers
    found.restype = None
    return found


def call(name, *arguments):
    """Run operator `paddle_resample_<name>`, with a first gradient.

    Args:
        name: of the operator, without its prefix.
        arguments: its inputs, then its attributes, in order.

    Returns:
        Tensor, the first output.
    """
    return call_all(name, *arguments)[0]


def call_all(name, *arguments):
    """The same, returning all outputs as a list of Tensor."""
    if not paddle.is_grad_enabled():  # which Paddle's own call does not look at
        arguments = [
            a.detach() if isinstance(a, paddle.Tensor) and not a.stop_gradient else a
            for a in arguments
        ]
    return _run("paddle_resample_" + name, *arguments)
