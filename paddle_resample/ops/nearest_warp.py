"""Sampling at places that are counted from the middle of a coarse pixel."""

import paddle

from ..arguments import check_counts
from ..kernels import native
from .channel_groups import grouped_grid, sample_groups
from .sampling_grid import without_amp
from .size import spatial_size
from .warp import check_offsets

__all__ = ["nearest_grid", "nearest_warp"]


def nearest_warp(x, offset, scale, groups=1, padding="zeros"):
    """Sample groups of channels near the coarse pixel that each fine pixel belongs to.

    Args:
        x: float [N, C, H, W]; groups divides C.
        offset: float [N, 2*groups, H*scale, W*scale], the columns of every group, then
            the rows, in pixels of x.
        scale: integer from 1.
        groups: of neighbouring channels that move together.
        padding: what lies outside, see `grid_sample`.

    Returns:
        [N, C, H*scale, W*scale], dtype of x. Zero offset equals nearest interpolation,
        which is how this differs from `offset_warp`.

    Grid: output (i, j) samples (i // scale, j // scale) plus its offset, bilinearly.

    >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
    >>> nearest_warp(x, paddle.zeros([1, 2, 2, 4]), 2).numpy()[0, 0, 0].tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    check_counts("nearest_warp", scale=scale)
    check_offsets("nearest_warp", x, offset, groups, padding)
    return _nearest_warp(x, offset, scale, groups, padding)


def _nearest_warp(x, offset, scale, groups=1, padding="zeros"):
    """nearest_warp of checked arguments."""
    fast = native("sample_at_offsets", x, offset)
    if fast is not None:
        return fast(x, offset, groups=groups, padding=padding, from_middle=scale)
    grid = nearest_grid(x, offset, scale, groups)
    return sample_groups(x, grid, groups, padding)


def nearest_grid(x, offset, scale, groups=1):
    """The sampling grid of `nearest_warp`, for several maps of the size of x.

    Args:
        x: [N, C, H, W]; only its size matters.
        offset, scale, groups: as in `nearest_warp`.

    Returns:
        [N*groups, H*scale, W*scale, 2] for `grid_sample` with corners not aligned,
        float64 if offset is and float32 otherwise.
    """
    if offset.dtype != paddle.float64:
        offset = offset.astype("float32")
    height, width = (spatial_size(offset)[i] for i in (0, 1))
    columns = offset[:, :groups] + _to_middle(width, scale, offset.dtype)
    rows = offset[:, groups:] + _to_middle(height, scale, offset.dtype).unsqueeze(-1)
    offset = paddle.concat([columns, rows], axis=1)
    return without_amp(grouped_grid, offset, groups, spatial_size(x))


def _to_middle(count, scale, dtype):
    """From each of `count` fine pixels to the middle of its coarse one, in coarse
    pixels."""
    place = paddle.arange(count) % scale
    # Divided it would differ in its last bit between Paddle 3.2 and 3.3.
    return 0.5 - (place.astype(dtype) + 0.5) * (1.0 / scale)
