"""Sampling at arbitrary locations, and at those of a flow field."""

from __future__ import annotations

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_choice, check_counts, check_maps
from ..errors import UsageError
from ..kernels import native
from .sample_bicubic import sample_bicubic
from .sampling_grid import (
    affine_grid,
    coordinate_dtype,
    displaced_grid,
    regular_grid,
    without_amp,
)
from .size import spatial_size

__all__ = ["affine_grid", "flow_warp", "grid_sample", "regular_grid"]

_MODES = ("bilinear", "nearest", "bicubic")
_PADDINGS = ("zeros", "border", "reflection")
_UNITS = ("half", "pixel")


def grid_sample(
    x: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding: str = "zeros",
    align_corners: bool = False,
) -> Tensor:
    """Sample x at the locations of a grid; unlike Paddle's, corners are not aligned by
    default.

    Args:
        x: float [N, C, H, W], or [N, C, D, H, W].
        grid: float [N, h, w, 2] of (column, row), or [N, d, h, w, 3] of (column, row,
            slice), in [-1, 1] across the map.
        mode: "bilinear" (trilinear for 5-D x), "nearest", or "bicubic" (4-D x), which
            is Keys' kernel with a = -0.75 on 4 x 4 pixels.
        padding: outside of x: "zeros", "border" or "reflection". Bicubic applies it to
            each of its 16 pixels, the others to the location.
        align_corners: True puts -1 and 1 on the centres of the corner pixels, False on
            their outer edges. Paddle's own default is True, PyTorch's and this
            function's False.

    Returns:
        [N, C, h, w] (or [N, C, d, h, w]).

    Raises:
        UsageError: unknown mode or padding, bicubic of 5-D x, a grid of another shape.

    Source:
        Jaderberg et al., "Spatial transformer networks", NeurIPS 2015, eq. 3; R. Keys,
        "Cubic convolution interpolation for digital image processing", IEEE TASSP 1981.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import grid_sample
        >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
        >>> grid_sample(x, paddle.to_tensor([[[[0.0, 0.0]]]])).item()
        0.5
    """
    check_choice("grid_sample", "mode", mode, _MODES)
    check_choice("grid_sample", "padding", padding, _PADDINGS)
    check_maps("grid_sample", (4, 5), x=x, grid=grid)
    align_corners = bool(align_corners)
    if mode == "bicubic" and x.ndim != 4:
        raise UsageError(f"grid_sample: bicubic takes 4-D tensors, not {x.ndim}-D")
    _check_grid(x, grid)
    return _grid_sample(x, grid, mode, padding, align_corners)


def _grid_sample(x, grid, mode="bilinear", padding="zeros", align_corners=False):
    """grid_sample of checked arguments."""
    dtype = coordinate_dtype(x, grid)
    if x.dtype != dtype or grid.dtype != dtype:
        # Paddle has no kernel of half precision, and its locations would be coarse.
        y = _grid_sample(
            x.astype(dtype), grid.astype(dtype), mode, padding, align_corners
        )
        return y.astype(x.dtype)
    if mode == "bicubic":
        return without_amp(sample_bicubic, x, grid, padding, align_corners)
    fast = native("grid_sample", x, grid) if x.ndim == 4 else None
    if fast is not None:
        return fast(x, grid, mode, padding, align_corners)
    if paddle.in_dynamic_mode() and x.stop_gradient and not grid.stop_gradient:
        # Paddle 2.6's and 3.3's CPU gradient of the grid alone reads a gradient of x
        # that was never made, and the process dies.
        x = x.detach()
        x.stop_gradient = False
    return F.grid_sample(
        x, grid, mode=mode, padding_mode=padding, align_corners=align_corners
    )


def flow_warp(
    x: Tensor,
    flow: Tensor,
    align_corners: bool = True,
    padding: str = "zeros",
    unit: str = "half",
) -> Tensor:
    """Sample x on the regular grid displaced by a flow field.

    Args:
        x: float [N, C, h, w].
        flow: float [N, 2, H, W] of (columns, rows), in output pixels.
        align_corners: of the grid and the sampling, see `grid_sample`.
        padding: outside of x, see `grid_sample`.
        unit: "half": the displacement in the [-1, 1] grid is flow / (W, H), half an
            output pixel per unit; "pixel": one output pixel per unit,
            2 * flow / (W, H), or 2 * flow / (W - 1, H - 1) with aligned corners.

    Returns:
        [N, C, H, W]. Zero flow is bilinear interpolation with the same align_corners.

    Raises:
        UsageError: unknown unit or padding, a flow that does not fit x.

    Source:
        Li et al., "Semantic flow for fast and accurate scene parsing", ECCV 2020, eq. 2
        to 4; unit "half" is what the released code does.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import flow_warp
        >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
        >>> flow_warp(x, paddle.zeros([1, 2, 1, 3])).numpy().ravel().tolist()
        [0.0, 0.5, 1.0]
    """
    check_choice("flow_warp", "unit", unit, _UNITS)
    check_offsets("flow_warp", x, flow, 1, padding)
    return _flow_warp(x, flow, bool(align_corners), padding, unit)


def _flow_warp(x, flow, align_corners=True, padding="zeros", unit="half"):
    """flow_warp of checked arguments."""
    fast = native("sample_at_offsets", x, flow)
    if fast is not None:
        return fast(
            x,
            flow,
            padding=padding,
            align_corners=align_corners,
            times=1 if unit == "half" else 2,
            over=_flow_sides(flow, align_corners, unit),
        )
    grid = without_amp(_flow_grid, flow, align_corners, unit)
    return _grid_sample(x, grid, padding=padding, align_corners=align_corners)


def check_offsets(owner, x, offset, groups, padding, cell=1):
    """Check the arguments of a function that samples at offsets.

    Args:
        owner: name of the function, for the message.
        x: [N, C, H, W].
        offset: [N, 2*groups*cell*cell, ...].
        groups: must divide C.
        padding: see `grid_sample`.
        cell: side of the cells of offsets in channels.

    Raises:
        UsageError: they do not fit each other.
    """
    check_choice(owner, "padding", padding, _PADDINGS)
    check_counts(owner, groups=groups)
    check_maps(owner, (4,), x=x, offset=offset)
    if not paddle.in_dynamic_mode():
        return
    if x.shape[1] % groups:
        raise UsageError(
            f"{owner}: {x.shape[1]} channels do not make {groups} equal groups"
        )
    made = 2 * groups * cell * cell
    if offset.shape[0] != x.shape[0] or offset.shape[1] != made:
        raise UsageError(
            f"{owner}: x {list(x.shape)} in {groups} groups needs offsets "
            f"[{x.shape[0]}, {made}, h, w], not {list(offset.shape)}"
        )


def _check_grid(x, grid):
    if not paddle.in_dynamic_mode():
        return
    axes = x.ndim - 2
    if grid.ndim != x.ndim or grid.shape[0] != x.shape[0] or grid.shape[-1] != axes:
        sides = "h, w" if axes == 2 else "d, h, w"
        raise UsageError(
            f"grid_sample: x {list(x.shape)} needs a grid [{x.shape[0]}, {sides}, "
            f"{axes}], not {list(grid.shape)}"
        )


def _flow_grid(flow, align_corners, unit):
    size = _flow_sides(flow, align_corners, unit)
    if unit == "half":
        return displaced_grid(flow, size, align_corners)
    return displaced_grid(
        flow.astype(coordinate_dtype(flow)) * 2.0, size, align_corners
    )


def _flow_sides(flow, align_corners, unit):
    """(H, W) that displacements are measured against."""
    size = spatial_size(flow)
    if unit == "half" or not align_corners:
        return size
    if paddle.in_dynamic_mode():
        return [max(n - 1, 1) for n in size]
    return paddle.clip(size - 1, min=1)
