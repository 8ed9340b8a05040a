"""The coarse pixels that a window of neighbourhood attention, dilated by the ratio of
the two maps, holds for every fine pixel."""

from __future__ import annotations

from collections.abc import Sequence

import paddle
from paddle import Tensor

from . import tiles

__all__ = ["DilatedWindow"]


class DilatedWindow:
    """How often a fine pixel's window holds each coarse pixel, on both axes.

    The coarse map is thought enlarged by nearest interpolation, fine row r showing
    coarse row floor((r + 0.5) * h / H'). With d = floor(H' / h), at least 1, the window
    of row r holds `kernel_size` rows of its residue modulo d, itself in the middle, and
    is moved inwards at the border. Where the residue has fewer rows than that, the
    window holds all of them. Columns alike.

    Args:
        kernel_size: rows and columns of a window.
        fine: (H', W') of the queries, ints or an integer Tensor.
        coarse: (h, w) of the keys, likewise.

    Source: Hassani et al., "Neighborhood attention transformer", CVPR 2023, dilated as
    in Chambon et al., NAF, 2025; a map smaller than the window is refused there.
    """

    def __init__(self, kernel_size: int, fine: Sequence[int], coarse: Sequence[int]):
        self.kernel_size, self.fine, self.coarse = kernel_size, fine, coarse

    def tile(self, batch: int) -> tuple[int, int]:
        """Sides of a tile of queries that has few keys outside single windows.

        Args:
            batch: N, int or integer Tensor.

        Returns:
            (rows, columns), see `fitting_tile`.
        """
        every = batch * self.coarse[0] * self.coarse[1]
        if not paddle.in_dynamic_mode():
            return tiles.fitting_tile(self.fine, every)
        sides, seen = [], batch
        for fine, coarse in zip(self.fine, self.coarse):
            side = min(self.kernel_size * -(-fine // coarse), fine)
            sides.append(side)
            seen *= min(2 * self.kernel_size + 3, coarse)
        return tiles.fitting_tile(sides, seen)

    def cut(
        self, tile: Sequence[int], origin: Sequence[int], *maps: Tensor
    ) -> tuple[list[Tensor], Tensor]:
        """Drop what no window of a tile holds, and mask what single ones do not.

        Args:
            tile: (rows, columns) of queries, ints or an integer Tensor.
            origin: (row, column) of the first one.
            maps: [N, h, w, C] each.

        Returns:
            (maps cut to their common rectangle, bias [queries, keys left]): the
            logarithm of how often a window holds a key, -1e9 for never. Traced, the
            maps stay whole and the bias alone masks.
        """
        biases = []
        for axis in (0, 1):
            held, part = self._along(axis, tile[axis], origin[axis])
            bias = paddle.where(
                held > 0, paddle.log(paddle.clip(held, min=1.0)), held - 1e9
            )
            biases.append(bias)
            if part is not None:
                maps = [m[:, part] if axis == 0 else m[:, :, part] for m in maps]
        bias = biases[0].unsqueeze([1, 3]) + biases[1].unsqueeze([0, 2])
        return list(maps), bias.flatten(2).flatten(0, 1)

    def _along(self, axis, count, first):
        """How often a query holds a coarse row, float32 [count, rows left], and the
        slice of those rows."""
        fine, coarse = _whole(self.fine[axis]), _whole(self.coarse[axis])
        size = _whole(self.kernel_size)
        step = paddle.clip(fine // coarse, min=1)
        row = paddle.arange(count).astype("int64") + _whole(first)
        residue, middle = row % step, row // step
        rows = (fine - residue + step - 1) // step  # of this residue
        start = paddle.minimum(middle - size // 2, rows - size)
        start = paddle.clip(start, min=0).unsqueeze(1)
        member = start + paddle.arange(self.kernel_size).astype("int64").unsqueeze(0)
        inside = member < rows.unsqueeze(1)
        at = residue.unsqueeze(1) + step * member
        # Sums, because oneDNN in Paddle Inference was wrong with products by 2 here.
        at = ((at + at + 1) * coarse) // (fine + fine)  # the coarse row that is shown
        part, every = None, paddle.arange(self.coarse[axis]).astype("int64")
        if paddle.in_dynamic_mode():
            shown = paddle.masked_select(at, inside)
            part = slice(int(shown.min()), int(shown.max()) + 1)
            every = every[part]
        hit = (at.unsqueeze(2) == every.reshape([1, 1, -1])).astype("float32")
        return (hit * inside.astype("float32").unsqueeze(2)).sum(1), part


def _whole(number):
    """An int64 Tensor without axes."""
    if isinstance(number, int):
        return paddle.full([], number, "int64")
    return number.astype("int64")
