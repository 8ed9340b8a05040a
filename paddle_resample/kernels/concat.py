"""Tensors side by side along one axis, natively."""

import ctypes
import math

from .call import call, compute, is_plain

__all__ = ["concat"]


def concat(*tensors, axis):
    """Copy float32 tensors, whose shapes differ along this axis alone, into one."""
    shapes = [x.shape for x in tensors]
    lengths = [shape[axis] for shape in shapes]
    if not is_plain(*tensors):
        asked = [int(not x.stop_gradient) for x in tensors]
        return call("concat", [*tensors], axis, lengths, asked)
    made, count = shapes[0], len(tensors)
    inner = math.prod(made[axis + 1 :])
    made[axis] = sum(lengths)
    arrays = (ctypes.c_void_p * count)(*(x.data_ptr() for x in tensors))
    widths = (ctypes.c_int64 * count)(*(length * inner for length in lengths))
    numbers = count, math.prod(made[:axis])
    return compute("concat_forward", made, [arrays, widths], numbers)
