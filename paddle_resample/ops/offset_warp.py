"""Sampling at offsets that every group of channels has, in pixels of the map."""

from __future__ import annotations

from paddle import Tensor

from ..arguments import check_counts, check_positive
from ..kernels import native
from .channel_groups import grouped_grid, sample_groups
from .sampling_grid import coordinate_dtype, without_amp
from .shuffle import _pixel_shuffle
from .size import spatial_size
from .warp import check_offsets

__all__ = ["offset_warp"]


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
        >>> offset_warp(x, paddle.ones([1, 8, 1, 2]), reach=0.25, cell=2).shape[2:]
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
