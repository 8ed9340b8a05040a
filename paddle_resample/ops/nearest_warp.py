"""Sampling at offsets from the centre of a coarse pixel."""

from __future__ import annotations

import paddle
from paddle import Tensor

from ..arguments import check_counts
from ..kernels import native
from .offset_warp import grouped_grid, sample_groups
from .sampling_grid import without_amp
from .size import spatial_size
from .warp import check_offsets

__all__ = ["nearest_grid", "nearest_warp"]


def nearest_warp(
    x: Tensor, offset: Tensor, scale: int, groups: int = 1, padding: str = "zeros"
) -> Tensor:
    """Sample groups of channels near the coarse pixel that contains each fine pixel.

    Args:
        x: float [N, C, H, W]; groups divides C.
        offset: float [N, 2*groups, H*scale, W*scale], the columns of every group, then
            the rows, in pixels of x.
        scale: at least 1.
        groups: of neighbouring channels with the same offsets.
        padding: outside of x, see `grid_sample`.

    Returns:
        [N, C, H*scale, W*scale]: output (i, j) is sampled bilinearly at
        (i // scale, j // scale) plus its offset. Zero offset is nearest interpolation.

    Raises:
        UsageError: shapes that do not fit each other, unknown padding.

    Source:
        Fu et al., "Lighten CARAFE: Dynamic lightweight upsampling with guided
        reassemble kernels", ICPR 2024.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import nearest_warp
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


def nearest_grid(x: Tensor, offset: Tensor, scale: int, groups: int = 1) -> Tensor:
    """The sampling grid of `nearest_warp`, for several maps of the size of x.

    Args:
        x: [N, C, H, W]; only its size matters.
        offset, scale, groups: as of `nearest_warp`.

    Returns:
        [N*groups, H*scale, W*scale, 2] for `grid_sample` with corners not aligned,
        float64 if offset is and float32 otherwise.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import nearest_grid
        >>> x, offset = paddle.ones([1, 1, 1, 2]), paddle.zeros([1, 2, 1, 2])
        >>> nearest_grid(x, offset, scale=1)[0, 0, :, 0].tolist()
        [-0.5, 0.5]
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
    location = paddle.arange(count) % scale
    # Divided it would differ in its last bit between Paddle 3.2 and 3.3.
    return 0.5 - (location.astype(dtype) + 0.5) * (1.0 / scale)
