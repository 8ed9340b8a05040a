"""Unpooling of maxima, natively; see ops.max_unpool.

It refuses every position outside the map; Paddle's operator writes a negative one
before it.
"""

import math

import paddle

from .call import call, compute, is_plain

__all__ = ["max_unpool"]

_INTEGERS = (paddle.int32.value, paddle.int64.value)


def max_unpool(x, indices, size):
    """See ops.max_unpool; maps and volumes.

    Args:
        x: [N, C, h, w] or [N, C, d, h, w].
        indices: int32 or int64, shape of x.
        size: sides of the output, ints.
    """
    size = [int(side) for side in size]
    # Positions of a pooling that has a gradient say that they had one too.
    if not indices.stop_gradient:
        indices = indices.detach()
    wide = indices.element_size() == 8
    if indices.dtype.value not in _INTEGERS:
        indices, wide = indices.astype("int64"), True
    if not is_plain(x, indices):
        return call("max_unpool", x, indices, size)
    n, c, *pooled = x.shape
    how = n * c, math.prod(pooled), math.prod(size), wide, x.element_size() == 8
    pointers = x.data_ptr(), indices.data_ptr()
    return compute("max_unpool_forward", [n, c, *size], pointers, how, dtype=x.dtype)
