"""Groups of channels that are sampled on a grid each."""

from __future__ import annotations

import paddle
from paddle import Tensor

from .sampling_grid import displaced_grid
from .size import Size, spatial_size
from .warp import _grid_sample

__all__ = ["grouped_grid", "sample_groups"]


def grouped_grid(offset: Tensor, groups: int, size: Size) -> Tensor:
    """The regular grid of every group, displaced by the offsets of that group.

    Args:
        offset: float [N, 2*groups, H, W], the columns of every group, then the rows,
            in pixels of the map that is sampled.
        groups: of channels.
        size: (height, width) of that map.

    Returns:
        [N*groups, H, W, 2] with corners not aligned, float64 as offset or float32.

    >>> grouped_grid(paddle.to_tensor([[[[1.0]], [[0.0]]]]), 1, (4, 4)).tolist()
    [[[[0.5, 0.0]]]]
    """
    columns, rows = offset[:, :groups], offset[:, groups:]
    flow = paddle.concat([_regroup(columns, 1), _regroup(rows, 1)], axis=1)
    # One pixel is 2 / (h, w) of [-1, 1].
    return displaced_grid(flow * 2.0, size, align_corners=False)


def sample_groups(x: Tensor, grid: Tensor, groups: int, padding: str) -> Tensor:
    """Sample every group of neighbouring channels on its own grid, bilinearly.

    Args:
        x: float [N, C, h, w]; groups divides C.
        grid: [N*groups, H, W, 2] in [-1, 1] with corners not aligned.
        groups: of channels.
        padding: outside of x, see `grid_sample`.

    Returns:
        [N, C, H, W].
    """
    # [N, C, h, w] -> [N*groups, C/groups, h, w]
    parts = _regroup(x, x.shape[1] // groups)
    return _regroup(_grid_sample(parts, grid, padding=padding), x.shape[1])


def _regroup(x, channels):
    """Move channels to the batch, or back."""
    height, width = (spatial_size(x)[i] for i in (0, 1))
    return x.reshape([-1, channels, height, width])
