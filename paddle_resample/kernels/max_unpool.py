"""Unpooling of maxima, natively; see ops.max_unpool.

It refuses every position outside the map; Paddle's operator writes a negative one
before it.
"""

import paddle

from .call import call

__all__ = ["max_unpool"]


def max_unpool(x, indices, size):
    """See ops.max_unpool; maps and volumes.

    Args:
        x: [N, C, h, w] or [N, C, d, h, w].
        indices: int32 or int64, shape of x.
        size: sides of the output, ints.
    """
    # Positions of a pooling that has a gradient say that they had one too.
    indices = indices.detach()
    if indices.dtype not in (paddle.int32, paddle.int64):
        indices = indices.astype("int64")
    return call("max_unpool", x, indices, [int(side) for side in size])
