"""Sampling at arbitrary places: the arithmetic of sampling grids in its only copy.

Coordinates are float32 at the least, also under AMP, where half precision would move
a sample by up to a pixel on a map of common size.
"""

import paddle
import paddle.nn.functional as F

from ..arguments import check_choice, check_counts, check_maps, check_size
from ..errors import UsageError
from ..kernels import native
from .sample_bicubic import sample_bicubic
from .size import spatial_size

__all__ = ["affine_grid", "flow_warp", "grid_sample", "regular_grid"]

_MODES = ("bilinear", "nearest", "bicubic")
_PADDINGS = ("zeros", "border", "reflection")
_UNITS = ("half", "pixel")


def grid_sample(x, grid, mode="bilinear", padding="zeros", align_corners=False):
    """Sample x at the places that grid names.

    Args:
        x: float [N, C, H, W], or [N, C, D, H, W].
        grid: float [N, h, w, 2] of (column, row), or [N, d, h, w, 3] of (column, row,
            slice), in [-1, 1] across the map.
        mode: "bilinear" (trilinear for 5-D x), "nearest", or "bicubic" (4-D x), which
            is Keys' kernel with a = -0.75 on 4 x 4 pixels.
        padding: what lies outside: "zeros", "border" or "reflection". Bicubic applies
            it to each of its 16 pixels, the others to the place.
        align_corners: the grid: True puts -1 and 1 on the centres of the corner
            pixels, False on their outer edges. Paddle's own default is True,
            PyTorch's and this function's is False.

    Returns:
        [N, C, h, w] (or [N, C, d, h, w]), dtype of x.

    Source: Jaderberg et al., "Spatial transformer networks", NeurIPS 2015, eq. 3;
    R. Keys, "Cubic convolution interpolation for digital image processing", IEEE
    TASSP 1981.

    Raises:
        UsageError: unknown mode or padding, bicubic of 5-D x.

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
    dtype = _wide(x, grid)
    if x.dtype != dtype or grid.dtype != dtype:
        # Paddle has no kernel of half precision, and its places would be coarse.
        y = grid_sample(
            x.astype(dtype), grid.astype(dtype), mode, padding, align_corners
        )
        return y.astype(x.dtype)
    if mode == "bicubic":
        return _unconverted(sample_bicubic, x, grid, padding, align_corners)
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


def regular_grid(size, align_corners, dtype="float32"):
    """The grid that samples every pixel centre of an output of `size` in order.

    Args:
        size: (H, W) or (D, H, W), ints or an integer Tensor.
        align_corners: True spans the corner pixels' centres, False their edges.
        dtype: float dtype of the grid.

    Returns:
        [1, H, W, 2] of (column, row), or [1, D, H, W, 3] of (column, row, slice), in
        [-1, 1]; a side of one pixel lies at -1 with aligned corners and at 0 without.

    >>> regular_grid((1, 2), align_corners=False).numpy()[0, 0, :, 0].tolist()
    [-0.5, 0.5]
    """
    axes = [_axis(size[i], align_corners, dtype) for i in range(_length(size))]
    return paddle.stack(paddle.meshgrid(*axes)[::-1], axis=-1).unsqueeze(0)


def affine_grid(theta, size, align_corners=False):
    """The regular grid moved by an affine map of each sample.

    Args:
        theta: float [N, 2, 3] on (column, row, 1), or [N, 3, 4] on (column, row,
            slice, 1).
        size: (H, W) or (D, H, W) of the output, ints or an integer Tensor.
        align_corners: grid, see `regular_grid`.

    Returns:
        [N, H, W, 2] or [N, D, H, W, 3], float32, or float64 as theta.

    Source: Jaderberg et al., "Spatial transformer networks", NeurIPS 2015, eq. 1.

    >>> turn = paddle.to_tensor([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]]])
    >>> affine_grid(turn, (1, 2)).numpy()[0, 0].tolist()
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
    return _unconverted(_affine, theta.astype(_wide(theta)), size, align_corners)


def flow_warp(x, flow, align_corners=True, padding="zeros", unit="half"):
    """Sample x on the regular grid displaced by a flow field.

    Args:
        x: float [N, C, h, w].
        flow: float [N, 2, H, W] of (columns, rows), in output pixels.
        align_corners: grid of the sampling, see `grid_sample`.
        padding: see `grid_sample`.
        unit: "half", the displacement in the [-1, 1] grid is flow / (W, H), half an
            output pixel per unit; or "pixel", it is one output pixel per unit,
            2 * flow / (W, H), or 2 * flow / (W - 1, H - 1) with aligned corners.

    Returns:
        [N, C, H, W], dtype of x. Zero flow equals bilinear interpolation with the
        same align_corners.

    Source: Li et al., "Semantic flow for fast and accurate scene parsing", ECCV 2020,
    eq. 2 to 4; unit "half" is what the released code does.

    Raises:
        UsageError: unknown unit.

    >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
    >>> flow_warp(x, paddle.zeros([1, 2, 1, 3])).numpy().ravel().tolist()
    [0.0, 0.5, 1.0]
    """
    check_choice("flow_warp", "unit", unit, _UNITS)
    check_offsets("flow_warp", x, flow, 1, padding)
    align_corners = bool(align_corners)
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
    grid = _unconverted(_flow_grid, flow, align_corners, unit)
    return grid_sample(x, grid, padding=padding, align_corners=align_corners)


def check_offsets(owner, x, offset, groups, padding, cell=1):
    """Check what a function that samples at offsets is given.

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


def _regroup(x, channels):
    """Move channels to the batch, or back."""
    height, width = (spatial_size(x)[i] for i in (0, 1))
    return x.reshape([-1, channels, height, width])


def _grouped(offset, groups, size):
    """[N, 2*groups, H, W] in pixels of a map of `size` -> grid [N*groups, H, W, 2]."""
    columns, rows = offset[:, :groups], offset[:, groups:]
    flow = paddle.concat([_regroup(columns, 1), _regroup(rows, 1)], axis=1)
    # One pixel is 2 / (h, w) of [-1, 1].
    return _displaced(flow * 2.0, size, align_corners=False)


def _flow_grid(flow, align_corners, unit):
    size = _flow_sides(flow, align_corners, unit)
    if unit == "half":
        return _displaced(flow, size, align_corners)
    return _displaced(flow.astype(_wide(flow)) * 2.0, size, align_corners)


def _flow_sides(flow, align_corners, unit):
    """(H, W) that displacements are measured against."""
    size = spatial_size(flow)
    if unit == "half" or not align_corners:
        return size
    if paddle.in_dynamic_mode():
        return [max(n - 1, 1) for n in size]
    return paddle.clip(size - 1, min=1)


def _displaced(flow, size, align_corners):
    """The regular grid plus flow / size; flow in (columns, rows), size in (H, W)."""
    dtype = _wide(flow)
    grid = regular_grid(spatial_size(flow), align_corners, dtype)
    if paddle.in_dynamic_mode():
        size = paddle.to_tensor([size[1], size[0]], dtype=dtype)
    else:
        size = paddle.stack([size[1], size[0]]).astype(dtype)
    return grid + flow.astype(dtype).transpose([0, 2, 3, 1]) / size


def _affine(theta, size, align_corners):
    axes = theta.shape[1]
    grid = regular_grid(size, align_corners, theta.dtype)
    linear = theta[:, :, :axes].transpose([0, 2, 1])
    moved = paddle.matmul(grid.reshape([1, -1, axes]), linear)
    moved = moved + theta[:, :, axes].unsqueeze(1)
    return moved.reshape([-1, *(size[i] for i in range(axes)), axes])


def _wide(*tensors):
    """float64 where one of them is, else float32."""
    wide = any(t.dtype == paddle.float64 for t in tensors)
    return paddle.float64 if wide else paddle.float32


def _unconverted(function, *args):
    """Call it out of reach of automatic mixed precision."""
    if not paddle.in_dynamic_mode():
        return function(*args)
    with paddle.amp.auto_cast(enable=False):
        return function(*args)


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
