"""Unpooling of maxima, natively; see ops.max_unpool.

It refuses every position outside the map; Paddle's operator writes a negative one
before it.
"""

import paddle

from .call import call

__all__ = ["max_unpool"]

_INTEGERS = (paddle.int32.value, paddle.int64.value)


def max_unpool(x, indices, size):
    """See ops.max_unpool; maps and volumes.

    Args:
        x: [N, C, h, w] or [N, C, d, h, w].
        indices: int32 or int64, shape of x.
        size: sides of the output, ints.
    """
    # Positions of a pooling that has a gradient say that they had one too.
    if not indices.stop_gradient:
        indices = indices.detach()
    if indices.dtype.value not in _INTEGERS:
        indices = indices.astype("int64")
    return call("max_unpool", x, indices, [int(side) for side in size])
