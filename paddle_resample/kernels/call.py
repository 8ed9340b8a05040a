"""Calling an operator that the loaded library has registered with Paddle, and
functions of the library itself."""

import ctypes
import functools
import math
import threading

import paddle

__all__ = [
    "call",
    "call_all",
    "call_of_each",
    "call_weighted",
    "compute",
    "is_plain",
    "use_library",
]

_run = getattr(paddle._C_ops, "_run_custom_op", None)
if _run is None:  # Paddle 2.6
    _run = paddle.base.core.eager._run_custom_op

_CPU = paddle.CPUPlace()
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


def is_plain(*tensors):
    """Return whether functions may read the tensors: none asks for a gradient, and none
    is a view with gaps."""
    gradients = paddle.is_grad_enabled()
    for x in tensors:
        if (gradients and not x.stop_gradient) or not x.is_contiguous():
            return False
    return True


def compute(name, shape, pointers, integers=(), floats=(), dtype=paddle.float32):
    """Run function `paddle_resample_<name>`, which gives no gradient, and takes some
    microseconds less than an operator.

    Args:
        name: of the function, without its prefix.
        shape: of the result: list of int.
        pointers: what it reads: addresses of plain tensors' data, arrays, or None.
        integers, floats: what it is given after these and the result.
        dtype: of the result.

    Returns:
        Tensor.

    Raises:
        RuntimeError: it has not run.
    """
    y = paddle._C_ops.empty(shape, dtype, _CPU)
    run = _function(name, len(pointers) + 1, len(integers), len(floats))
    if not run(*pointers, y.data_ptr(), *integers, *floats):
        why = _library.paddle_resample_reason
        why.restype = ctypes.c_char_p
        raise RuntimeError(f"paddle_resample_{name}: {why().decode()}")
    return y


@functools.cache
def _function(name, pointers, integers, floats):
    found = getattr(_library, "paddle_resample_" + name)
    numbers = [ctypes.c_int64] * integers + [ctypes.c_float] * floats
    found.argtypes = [ctypes.c_void_p] * pointers + numbers
    found.restype = ctypes.c_int64
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
            [*map(_detached, a)] if isinstance(a, list) else _detached(a)
            for a in arguments
        ]
    return _run("paddle_resample_" + name, *arguments)


def _detached(x):
    asks = isinstance(x, paddle.Tensor) and not x.stop_gradient
    return x.detach() if asks else x


def call_of_each(name, x):
    """Run an operator of every element by itself, or its function `<name>_forward`."""
    if not is_plain(x):
        return call(name, x)
    shape = x.shape
    return compute(f"{name}_forward", shape, [x.data_ptr()], [math.prod(shape)])


def call_weighted(name, x, weight, bias, *numbers):
    """Run an operator of a layer, which gives each gradient when it is asked for.

    Args:
        name: of the operator, without its prefix.
        x, weight, bias: Tensor; bias may be None.
        numbers: its other attributes.
    """
    tensors = x, weight, weight.detach() if bias is None else bias
    needs_gradient = [not tensor.stop_gradient for tensor in tensors]
    needs_gradient[2] &= bias is not None
    return call(name, *tensors, bias is not None, *numbers, *needs_gradient)


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
