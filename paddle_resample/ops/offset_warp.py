"""Sampling at offsets that every group of channels has, in pixels of the map."""

from __future__ import annotations

import paddle
from paddle import Tensor

from ..arguments import check_counts, check_positive
from ..kernels import native
from .sampling_grid import coordinate_dtype, displaced_grid, without_amp
from .shuffle import _pixel_shuffle
from .size import Size, spatial_size
from .warp import _grid_sample, check_offsets

__all__ = ["grouped_grid", "offset_warp", "sample_groups"]


def offset_warp(
    x: Tensor,
    offset: Tensor,
    groups: int = 1,
    padding: str = "border",
    reach: float = 1.0,
    cell: int = 1,
) -> Tensor:
    """Sample groups of channels on the regular grid, each displaced by its offsets.

    Args:
        x: float [N, C, h, w]; groups divides C.
        offset: float [N, 2*groups, H, W], the columns of every group, then the rows, in
            pixels of x; with cell s [N, 2*groups*s*s, H/s, W/s], of which pixel_shuffle
            by s makes that.
        groups: of neighbouring channels with the same offsets.
        padding: outside of x, see `grid_sample`.
        reach: pixels of x that an offset of one means.
        cell: side of the cells of output pixels whose offsets are in channels.

    Returns:
        [N, C, H, W]. Corners are not aligned; zero offset is bilinear interpolation.

    Raises:
        UsageError: shapes that do not fit each other, unknown padding.

    Source:
        Liu et al., "Learning to upsample by learning to sample", ICCV 2023, section 3.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import offset_warp
        >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
        >>> offset_warp(x, paddle.full([1, 2, 1, 2], 0.5)).numpy().ravel().tolist()
        [0.5, 1.0]
        >>> y = offset_warp(x, paddle.ones([1, 8, 1, 2]), reach=0.25, cell=2)
        >>> list(y.shape[2:])
        [2, 4]
    """
    check_counts("offset_warp", cell=cell)
    check_positive("offset_warp", reach=reach)
    check_offsets("offset_warp", x, offset, groups, padding, cell)
    return _offset_warp(x, offset, groups, padding, reach, cell)


def _offset_warp(x, offset, groups=1, padding="border", reach=1.0, cell=1):
    """offset_warp of checked arguments."""
    fast = native("sample_at_offsets", x, offset)
    if fast is not None:
        return fast(
            x, offset, groups=groups, padding=padding, reach=reach, cell=cell, times=2
        )
    grid = without_amp(_grid, offset, groups, spatial_size(x), reach, cell)
    return sample_groups(x, grid, groups, padding)


def _grid(offset, groups, size, reach, cell):
    offset = offset.astype(coordinate_dtype(offset))
    if reach != 1.0:
        offset = reach * offset
    if cell > 1:
        offset = _pixel_shuffle(offset, cell)
    return grouped_grid(offset, groups, size)


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
