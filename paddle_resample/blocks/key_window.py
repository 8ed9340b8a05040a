"""The part of the coarse map that a fine pixel may attend to."""

from __future__ import annotations

import math
from collections.abc import Sequence

import paddle
from paddle import Tensor

from . import tiles

__all__ = ["KeyWindow"]


class KeyWindow:
    """Coarse pixels within a reach of the query, both maps spanning 0 to 1.

    A query at u = (i + 0.5) / H' sees the coarse rows from floor((u - reach) * H) to
    below ceil((u + reach) * H), u clipped to [0, 1]; columns alike.

    Args:
        reach: as a fraction of the side, above 0; from 1 every query sees everything.
        fine: (H', W') of the queries, ints or an integer Tensor.
        coarse: (H, W) of the keys, likewise.

    Source: Wimmer et al., "AnyUp: universal feature upsampling", 2025, as released.
    """

    def __init__(self, reach: float, fine: Sequence[int], coarse: Sequence[int]):
        self.reach, self.fine, self.coarse = reach, fine, coarse

    def tile(self, batch: int) -> tuple[int, int]:
        """Sides of a tile of queries that has few keys outside single windows.

        Args:
            batch: N, int or integer Tensor.

        Returns:
            (rows, columns), see `fitting_tile`.
        """
        every = batch * self.coarse[0] * self.coarse[1]
        if not paddle.in_dynamic_mode() or every * math.prod(self.fine) <= tiles.HELD:
            return tiles.fitting_tile(self.fine, every)
        sides = [min(max(int(n * self.reach), 1), n) for n in self.fine]
        # Two reaches, the tile itself, and two pixels cut by its edges.
        window = [
            min(m, math.ceil(m * (2 * self.reach + side / n)) + 2)
            for m, n, side in zip(self.coarse, self.fine, sides)
        ]
        return tiles.fitting_tile(sides, batch * math.prod(window))

    def cut(
        self, tile: Sequence[int], origin: Sequence[int], *maps: Tensor
    ) -> tuple[list[Tensor], Tensor]:
        """Drop what no query of a tile sees, and mask what single ones do not.

        Args:
            tile: (rows, columns) of queries, ints or an integer Tensor.
            origin: (row, column) of the first one.
            maps: [N, H, W, C] each.

        Returns:
            (maps cut to their common rectangle, bias [queries, keys left], 0 or -1e9).
            Traced, the maps stay whole and the bias alone masks.
        """
        sees = []
        for axis in (0, 1):
            sees_axis, part = self._along(axis, tile[axis], origin[axis])
            sees.append(sees_axis)
            if part is not None:
                maps = [m[:, part] if axis == 0 else m[:, :, part] for m in maps]
        visible = sees[0].unsqueeze([1, 3]) * sees[1].unsqueeze([0, 2])
        return list(maps), (visible.flatten(2).flatten(0, 1) - 1.0) * 1e9

    def _along(self, axis, count, first_query):
        """1 where a query sees a coarse row, else 0, float32 [count, rows left], and
        the slice of those rows.

        In float32 step by step, as released: bounds that fall on whole numbers must
        round in the same direction.
        """
        fine, coarse = self.fine[axis], self.coarse[axis]
        index = paddle.arange(count).astype("float32") + _number(first_query)
        location = (index + 0.5) / _number(fine)
        low = paddle.clip(location - self.reach, 0.0, 1.0)
        high = paddle.clip(location + self.reach, 0.0, 1.0)
        first = paddle.floor(low * _number(coarse))
        end = paddle.maximum(paddle.ceil(high * _number(coarse)), first + 1)
        rows, part = paddle.arange(coarse).astype("float32"), None
        if paddle.in_dynamic_mode():
            part = slice(int(first[0]), int(end[-1]))
            rows = rows[part]
        after = rows.unsqueeze(0) >= first.unsqueeze(1)
        before = rows.unsqueeze(0) < end.unsqueeze(1)
        return (after & before).astype("float32"), part


def _number(side):
    """A float32 Tensor: Paddle would multiply by the reciprocal of a plain number."""
    if isinstance(side, int):
        return paddle.full([], side, "float32")
    return side.astype("float32")
