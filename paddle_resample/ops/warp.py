"""Sampling at arbitrary places: the arithmetic of sampling grids in its only copy."""

import paddle
import paddle.nn.functional as F

from ..errors import UsageError, did_you_mean

__all__ = ["flow_warp", "grid_sample", "regular_grid"]

_MODES = ("bilinear", "nearest")
_PADDINGS = ("zeros", "border", "reflection")


def grid_sample(x, grid, mode="bilinear", padding="zeros", align_corners=False):
    """Sample x at the places that grid names.

    Args:
        x: float [N, C, H, W], or [N, C, D, H, W].
        grid: float [N, h, w, 2] of (column, row), or [N, d, h, w, 3] of (column, row,
            slice), in [-1, 1] across the map.
        mode: "bilinear" (trilinear for 5-D x) or "nearest".
        padding: what lies outside: "zeros", "border" or "reflection".
        align_corners: the grid: True puts -1 and 1 on the centres of the corner
            pixels, False on their outer edges. Paddle's own default is True,
            PyTorch's and this function's is False.

    Returns:
        [N, C, h, w] (or [N, C, d, h, w]), dtype of x.

    Source: Jaderberg et al., "Spatial transformer networks", NeurIPS 2015, eq. 3.

    >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
    >>> grid_sample(x, paddle.to_tensor([[[[0.0, 0.0]]]])).item()
    0.5
    """
    for value, known, name in ((mode, _MODES, "mode"), (padding, _PADDINGS, "padding")):
        if value not in known:
            raise UsageError(
                f"grid_sample: unknown {name} {value!r}{did_you_mean(value, known)}"
            )
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
        size: (H, W), ints or an integer Tensor.
        align_corners: True spans the corner pixels' centres, False their edges.
        dtype: float dtype of the grid.

    Returns:
        [1, H, W, 2] of (column, row) in [-1, 1]; a side of one pixel lies at -1 with
        aligned corners and at 0 without.

    >>> regular_grid((1, 2), align_corners=False).numpy()[0, 0, :, 0].tolist()
    [-0.5, 0.5]
    """
    rows, columns = (_axis(size[i], align_corners, dtype) for i in (0, 1))
    grid_rows, grid_columns = paddle.meshgrid(rows, columns)
    return paddle.stack([grid_columns, grid_rows], axis=-1).unsqueeze(0)


def flow_warp(x, flow, align_corners=True, padding="zeros"):
    """Sample x on the regular grid displaced by a flow field.

    Args:
        x: float [N, C, h, w].
        flow: float [N, 2, H, W] of (columns, rows), measured in output pixels: the
            displacement in the [-1, 1] grid is flow / (W, H), half an output pixel
            per unit. H and W are the output's.
        align_corners: grid of the sampling, see `grid_sample`.
        padding: see `grid_sample`.

    Returns:
        [N, C, H, W], dtype of x. Zero flow equals bilinear interpolation with the
        same align_corners.

    Source: Li et al., "Semantic flow for fast and accurate scene parsing", ECCV 2020,
    eq. 2 to 4, normalised as the released code does.

    >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
    >>> flow_warp(x, paddle.zeros([1, 2, 1, 3])).numpy().ravel().tolist()
    [0.0, 0.5, 1.0]
    """
    if paddle.in_dynamic_mode():
        size = list(flow.shape)[2:]
        scale = paddle.to_tensor([size[1], size[0]], dtype=flow.dtype)
    else:
        size = paddle.shape(flow)[2:]
        scale = paddle.stack([size[1], size[0]]).astype(flow.dtype)
    grid = regular_grid(size, align_corners, flow.dtype)
    grid = grid + flow.transpose([0, 2, 3, 1]) / scale
    return grid_sample(x, grid, padding=padding, align_corners=align_corners)


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
