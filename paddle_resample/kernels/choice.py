"""Whether native kernels are used: what the user wants, what this machine can do.

$PADDLE_RESAMPLE_NATIVE is "auto" (use them, build them on first need, do without where
that fails), "off" or "require" (an error where they cannot be had).
"""

import math
import os
import sys

import paddle

from ..errors import UsageError, did_you_mean
from ..language import translated
from . import build
from .batch_norm import batch_norm
from .broadcast import add, divide, multiply, subtract
from .call import use_library
from .cells import expand_cells, merge_cells, pixel_shuffle, pixel_unshuffle
from .concat import concat
from .conv2d import conv2d, conv2d_transpose
from .gelu import gelu
from .grid_sample import grid_sample
from .haar import haar, haar_inverse
from .interpolate import MODES, interpolate
from .layer_norm import layer_norm
from .linear import linear
from .max_over_axis import max_over_axis
from .max_unpool import max_unpool
from .pool2d import pool2d
from .reassemble import reassemble, reassemble_down, similarity
from .relu import relu, relu6
from .sample_at_offsets import sample_at_offsets
from .softmax import cross_entropy, softmax
from .strided_filter import strided_filter
from .transpose import transpose

__all__ = ["FLOAT32", "native", "status", "wanted"]

_SETTINGS = ("auto", "off", "require")
_KNOWN = (
    add,
    batch_norm,
    concat,
    conv2d,
    conv2d_transpose,
    cross_entropy,
    divide,
    expand_cells,
    gelu,
    grid_sample,
    haar,
    haar_inverse,
    layer_norm,
    linear,
    max_over_axis,
    max_unpool,
    merge_cells,
    multiply,
    pixel_shuffle,
    pixel_unshuffle,
    pool2d,
    reassemble,
    reassemble_down,
    relu,
    relu6,
    sample_at_offsets,
    similarity,
    softmax,
    strided_filter,
    subtract,
    transpose,
)
_FUNCTIONS = {function.__name__: function for function in _KNOWN}
_FUNCTIONS.update(dict.fromkeys(MODES, interpolate))
# Elements of x below which a call of Paddle's operator takes less time, measured: what
# it saves is less than the few microseconds that calling an added operator costs more.
_SMALL = {
    "area": 1 << 11,
    "bilinear": 1 << 10,
    "max_over_axis": 1 << 10,
    "nearest": 1 << 12,
    "pixel_shuffle": 1 << 14,
    "pixel_unshuffle": 1 << 16,
}
# As numbers, which compare in a third of the time that Paddle's types take.
FLOAT32 = (paddle.float32.value,)
_FLOATS = (*FLOAT32, paddle.float64.value)
# Whether this Paddle knows anything but the CPU.
_DEVICES = (
    paddle.is_compiled_with_cuda()
    or paddle.is_compiled_with_xpu()
    or bool(paddle.device.get_all_custom_device_type())
)

# What native() offers: None before the first need, {} where Paddle's operators run.
_offered = None


@paddle.jit.not_to_static
def native(name, *tensors, dtypes=_FLOATS):
    """Return the native function of this name for these tensors, or None.

    Args:
        name: of a function in `ops`, or of a mode of `interpolate`.
        tensors: all that it would be given.
        dtypes: those of which one must be that of all tensors.

    Returns:
        a function, or None where the native kernels are off or absent, while a program
        is traced, under automatic mixed precision, for tensors that are not on the CPU
        or of another dtype, or have no elements, or so few that calling Paddle's
        operator is faster: Paddle's operators do these.

    Raises:
        UsageError: $PADDLE_RESAMPLE_NATIVE is no setting, or "require" and there are no
            native kernels.
    """
    if _offered == {} or not paddle.in_dynamic_mode():
        return None
    if _DEVICES and not _on_cpu(tensors):
        return None
    if name in _SMALL and math.prod(tensors[0].shape) < _SMALL[name]:
        return None
    kind = tensors[0].dtype.value
    if kind not in dtypes:
        return None
    for x in tensors:
        if 0 in x.shape or (x is not tensors[0] and x.dtype.value != kind):
            return None
    return (_offer() if _offered is None else _offered).get(name)


def wanted():
    """Return $PADDLE_RESAMPLE_NATIVE, "auto" when it is not set."""
    setting = os.environ.get("PADDLE_RESAMPLE_NATIVE") or "auto"
    if setting not in _SETTINGS:
        raise UsageError(
            f"PADDLE_RESAMPLE_NATIVE is {setting!r}{did_you_mean(setting, _SETTINGS)}"
        )
    return setting


def status():
    """Say in one sentence what native() would do, without building anything."""
    setting = wanted()
    if setting == "off":
        return "off: PADDLE_RESAMPLE_NATIVE=off"
    try:
        library = build.find_library()
    except build.BuildError as error:
        return f"not there ({setting}): {error}"
    if library is not None:
        return f"on ({setting}): {library}"
    return f"not there ({setting}): {build.obstacle()}"


def _offer():
    """Load the library, once in a process."""
    global _offered
    setting = wanted()
    _offered = {}
    if setting == "off":
        return _offered
    try:
        _load(build.find_library() or build.build())
    except build.BuildError as error:
        if setting == "require":
            _offered = None  # so that the next call says it again
            raise UsageError(
                f"PADDLE_RESAMPLE_NATIVE=require, but there are no native kernels: "
                f"{error}"
            ) from None
        line = f"paddle_resample: no native kernels, {error}; Paddle's operators run"
        print(translated(line), file=sys.stderr)
        return _offered
    _offered = _FUNCTIONS
    return _offered


def _load(library):
    try:
        use_library(library)
    except Exception as error:  # whatever a foreign library's loading raises
        reason = str(error).strip().splitlines()[0]
        raise build.BuildError(f"{library} does not load: {reason}") from None


def _on_cpu(tensors):
    # Without a device Paddle does not know automatic mixed precision either.
    level = paddle.base.framework._dygraph_tracer()._amp_level
    if level != paddle.base.core.AmpLevel.O0:
        return False
    return all(x.place.is_cpu_place() for x in tensors)
