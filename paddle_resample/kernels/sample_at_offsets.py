"""Sampling on a regular grid plus offsets, natively; see ops.offset_warp, ops.flow_warp
and ops.nearest_warp."""

import numpy as np

from .call import call
from .grid_sample import _PADDINGS

__all__ = ["sample_at_offsets"]


def sample_at_offsets(
    x,
    offset,
    *,
    groups=1,
    padding="zeros",
    align_corners=False,
    cell=1,
    from_middle=0,
    reach=1.0,
    times=2,
    over=None,
):
    """Sample groups of channels on the regular grid, each displaced by its offsets.

    Args:
        x: float [N, C, h, w]; groups divides C.
        offset: [N, 2*groups*cell*cell, H/cell, W/cell], dtype of x: for the columns of
            every group, then the rows, the pixels of each cell in channels as
            ops.pixel_shuffle takes them.
        groups: of neighbouring channels that move together.
        padding: see ops.grid_sample.
        align_corners: of the regular grid and the sampling.
        cell: side of the cells, 1 for an offset for every output pixel.
        from_middle: 0, or the integer scale whose coarse pixels' middles the offsets
            are counted from instead of their own output pixel.
        reach, times, over: the displacement in the grid's [-1, 1] is
            reach * offset * times / over, over = (rows, columns), the default (h, w).

    Returns:
        [N, C, H, W], dtype of x.
    """
    if float(np.float32(reach)) != reach:  # the operator takes a float
        offset, reach = offset * reach, 1.0
    over = [int(side) for side in (over or x.shape[2:])]
    needs_gradient = not x.stop_gradient, not offset.stop_gradient
    return call(
        "sample_at_offsets",
        x,
        offset,
        groups,
        cell,
        _PADDINGS[padding],
        bool(align_corners),
        from_middle,
        float(reach),
        times,
        over,
        *needs_gradient,
    )
