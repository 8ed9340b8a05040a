"""Calling an operator that the loaded library has registered with Paddle, and
functions of the library itself."""

import ctypes
import functools
import threading

import paddle

__all__ = ["call", "call_all", "function", "use_library"]

_run = getattr(paddle._C_ops, "_run_custom_op", None)
if _run is None:  # Paddle 2.6
    _run = paddle.base.core.eager._run_custom_op

_library = _path = None
_told = set()  # names of the operators that Paddle knows
_telling = threading.Lock()


def use_library(path):
    """Load the library at this path.

    Raises:
        OSError: it does not load.
        RuntimeError: Paddle does not take its operators.
    """
    global _library, _path
    _library, _path = ctypes.CDLL(str(path)), str(path)
    _tell("relu")  # which shows whether Paddle takes any


@functools.cache
def function(name, pointers, numbers):
    """Return function `paddle_resample_<name>` of the library.

    A call of it takes a microsecond, one of an operator some more; but a function gives
    no gradient.

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
    if name not in _told:
        _tell(name)
    if not paddle.is_grad_enabled():  # which Paddle's own call does not look at
        arguments = [
            a.detach() if isinstance(a, paddle.Tensor) and not a.stop_gradient else a
            for a in arguments
        ]
    return _run("paddle_resample_" + name, *arguments)


def _tell(name):
    """Register an operator with Paddle; why not all at once: see platform/offered.h."""
    with _telling:
        if name in _told:
            return
        if not _library.paddle_resample_offer(f"paddle_resample_{name}".encode()):
            raise RuntimeError(f"{_path} has no operator {name}")
        # As paddle.utils.cpp_extension does, which imports setuptools.
        added = paddle.base.core.load_op_meta_info_and_register_op(_path)
        known = paddle.base.framework.OpProtoHolder.instance()
        known.update_op_proto(*() if added is None else (added,))  # Paddle 2: all
        _told.add(name)
