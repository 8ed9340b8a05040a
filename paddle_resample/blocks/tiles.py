"""Process a feature map tile by tile, so that the intermediates stay small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

import paddle
from paddle import Tensor
from paddle.distributed.fleet.utils import recompute

from ..ops import spatial_size

__all__ = ["HELD", "fitting_tile", "over_tiles"]

HELD = 2**22  # numbers of one intermediate of a tile, 16 MiB in float32


def fitting_tile(size: Sequence[int], each: int) -> tuple[int, int]:
    """Sides of the largest tile whose intermediates have at most `HELD` numbers.

    Args:
        size: (H, W) of the map, or less to limit the tile; ints or an integer Tensor.
        each: numbers that a pixel of the tile needs, int or integer Tensor.

    Returns:
        (rows, columns), each at least 1; full rows first. Traced, where sizes are
        unknown, rows may exceed H and columns is W.

    >>> fitting_tile((256, 384), each=24576)
    (1, 170)
    """
    if paddle.in_dynamic_mode():
        columns = min(size[1], max(HELD // each, 1))
        return min(size[0], max(HELD // (each * columns), 1)), columns
    numbers = (size[1] * each).astype("int64")
    return paddle.clip(paddle.full([], HELD, "int64") // numbers, min=1), size[1]


def over_tiles(
    function: Callable[..., Tensor],
    x: Tensor,
    tile: Sequence[int] | None,
    *others: Tensor,
) -> Tensor:
    """Apply a function to the tiles of a map and join the results.

    With gradients, the backward pass computes several tiles again, one at a time, so
    that only one holds its intermediates; what the function reads must therefore come
    as its arguments. Traced, a loop of the program runs over bands of rows.

    Args:
        function: (part [N, h, w, D], (row, column) of its first pixel, *others) ->
            [N, h, w, C], each pixel of the result from the same pixel of the part.
        x: [N, H, W, D].
        tile: (rows, columns) of a tile, see `fitting_tile`; None processes x whole.
        others: Tensors that every tile needs.

    Returns:
        [N, H, W, C].
    """
    if tile is None:
        return function(x, (0, 0), *others)
    if not paddle.in_dynamic_mode():
        return _over_bands(function, x, tile[0], others)
    height, width = spatial_size(x, "NHWC")
    several = height > tile[0] or width > tile[1]
    needs_gradient = any(not t.stop_gradient for t in (x, *others))
    again = several and needs_gradient and paddle.is_grad_enabled()

    def run(row, column):
        part = x[:, row : row + tile[0], column : column + tile[1]]
        if again:
            # No randomness is involved, and Paddle refuses to keep a CPU's state.
            at = (row, column)
            return recompute(function, part, at, *others, preserve_rng_state=False)
        return function(part, (row, column), *others)

    bands = (
        paddle.concat([run(row, column) for column in range(0, width, tile[1])], 2)
        for row in range(0, height, tile[0])
    )
    return paddle.concat(list(bands), axis=1)


def _over_bands(function, x, rows, others):
    height = spatial_size(x, "NHWC")[0].astype("int64")

    def more(row, y):
        band = function(x[:, row : row + rows], (row, 0), *others)
        return [row + rows, paddle.concat([y, band], axis=1)]

    first = function(x[:, :rows], (0, 0), *others)
    return paddle.static.nn.while_loop(
        lambda row, y: row < height, more, [rows, first]
    )[1]
