"""Sampling grids in [-1, 1]: regular, moved by an affine transform, or displaced.

Coordinates are at least float32, also under AMP, where half precision would move a
sample by up to a pixel on a map of common size.
"""

from __future__ import annotations

from typing import Any, Callable

import paddle
from paddle import Tensor

from ..arguments import check_maps, check_size
from ..errors import UsageError
from .size import Size, spatial_size

__all__ = [
    "affine_grid",
    "coordinate_dtype",
    "displaced_grid",
    "regular_grid",
    "without_amp",
]


def regular_grid(size: Size, align_corners: bool, dtype: str = "float32") -> Tensor:
    """The grid that samples every pixel centre of an output of `size` in order.

    Args:
        size: (H, W) or (D, H, W).
        align_corners: True spans the corner pixels' centres, False their edges.
        dtype: float dtype of the grid.

    Returns:
        [1, H, W, 2] of (column, row), or [1, D, H, W, 3] of (column, row, slice), in
        [-1, 1]; a side of one pixel is at -1 with aligned corners and at 0 without.

    Source:
        Jaderberg et al., "Spatial transformer networks", NeurIPS 2015.

    Example:
        >>> from paddle_resample.ops import regular_grid
        >>> regular_grid((1, 2), align_corners=False).numpy()[0, 0, :, 0].tolist()
        [-0.5, 0.5]
    """
    axes = [_axis(size[i], align_corners, dtype) for i in range(_length(size))]
    return paddle.stack(paddle.meshgrid(*axes)[::-1], axis=-1).unsqueeze(0)


def affine_grid(theta: Tensor, size: Size, align_corners: bool = False) -> Tensor:
    """The regular grid moved by an affine map of each sample; corners not aligned by
    default, unlike Paddle's.

    Args:
        theta: float [N, 2, 3] on (column, row, 1), or [N, 3, 4] on (column, row,
            slice, 1).
        size: (H, W) or (D, H, W) of the output.
        align_corners: see `regular_grid`; that of the sampling that follows.

    Returns:
        [N, H, W, 2] or [N, D, H, W, 3], float32, or float64 as theta.

    Raises:
        UsageError: theta of another shape, size of other axes.

    Source:
        Jaderberg et al., "Spatial transformer networks", NeurIPS 2015, eq. 1.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import affine_grid
        >>> rotation = paddle.to_tensor([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]]])
        >>> affine_grid(rotation, (1, 2)).numpy()[0, 0].tolist()
        [[0.0, -0.5], [0.0, 0.5]]
    """
    check_maps("affine_grid", (3,), theta=theta)
    if paddle.in_dynamic_mode():
        if list(theta.shape[1:]) not in ([2, 3], [3, 4]):
            raise UsageError(
                f"affine_grid: theta must be [N, 2, 3] or [N, 3, 4], not "
                f"{list(theta.shape)}"
            )
        check_size("affine_grid", size, theta.shape[1], theta.shape[0] * 3)
    return _affine_grid(theta, size, align_corners)


def _affine_grid(theta, size, align_corners=False):
    """affine_grid of checked arguments."""
    theta = theta.astype(coordinate_dtype(theta))
    return without_amp(_affine, theta, size, align_corners)


def displaced_grid(flow: Tensor, size: Size, align_corners: bool) -> Tensor:
    """The regular grid plus flow / size.

    Args:
        flow: float [N, 2, H, W] of (columns, rows).
        size: (height, width) that displacements are divided by.
        align_corners: see `regular_grid`.

    Returns:
        [N, H, W, 2], float64 as flow or float32.
    """
    dtype = coordinate_dtype(flow)
    grid = regular_grid(spatial_size(flow), align_corners, dtype)
    flow = flow.astype(dtype).transpose([0, 2, 3, 1])
    return grid + flow / _columns_rows(size, dtype)


def _columns_rows(size: Any, dtype: Any) -> Tensor:
    """(width, height) as a Tensor, of numbers, or of a Tensor in a traced program."""
    if paddle.in_dynamic_mode():
        return paddle.to_tensor([size[1], size[0]], dtype=dtype)
    return paddle.stack([size[1], size[0]]).astype(dtype)


def coordinate_dtype(*tensors: Tensor) -> Any:
    """Return float64 where one of the Tensors is, else float32."""
    wide = any(t.dtype == paddle.float64 for t in tensors)
    return paddle.float64 if wide else paddle.float32


def without_amp(function: Callable[..., Tensor], *args: Any) -> Tensor:
    """Return function(*args), with automatic mixed precision switched off."""
    if not paddle.in_dynamic_mode():
        return function(*args)
    with paddle.amp.auto_cast(enable=False):
        return function(*args)


def _affine(theta, size, align_corners):
    axes = theta.shape[1]
    grid = regular_grid(size, align_corners, theta.dtype)
    linear = theta[:, :, :axes].transpose([0, 2, 1])
    moved = paddle.matmul(grid.reshape([1, -1, axes]), linear)
    moved = moved + theta[:, :, axes].unsqueeze(1)
    return moved.reshape([-1, *(size[i] for i in range(axes)), axes])


def _length(size):
    return len(size) if isinstance(size, (list, tuple)) else size.shape[0]


def _axis(count, align_corners, dtype):
    """Centres of `count` pixels on [-1, 1]."""
    index = paddle.arange(count).astype(dtype)
    if align_corners:
        if paddle.in_dynamic_mode():
            return index * (2.0 / max(int(count) - 1, 1)) - 1.0
        last = paddle.clip(count - 1, min=1).astype(dtype)
        return index * 2.0 / last - 1.0
    if paddle.in_dynamic_mode():
        return (index * 2.0 + 1.0) * (1.0 / int(count)) - 1.0
    return (index * 2.0 + 1.0) / count.astype(dtype) - 1.0
