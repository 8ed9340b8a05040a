"""Cells of pixels to channels and back in block-major order, channels last.

Pixel shuffle keeps a channel's cell together (channel-major); the Swin family keeps a
pixel's channels together (block-major), and counts the pixels of a cell down the
columns when it merges and along the rows when it expands.
"""

from __future__ import annotations

import paddle
from paddle import Tensor

from ..arguments import check_counts, check_maps
from ..errors import UsageError
from ..kernels import native
from .size import spatial_size

__all__ = ["expand_cells", "merge_cells"]


def merge_cells(x: Tensor, scale: int = 2) -> Tensor:
    """Concatenate the pixels of each cell: down the first column, then the next.

    Args:
        x: [N, H, W, C]; H and W are multiples of scale.
        scale: cell side, at least 1.

    Returns:
        [N, H/scale, W/scale, scale*scale*C]; with scale 2 in the order top-left,
        bottom-left, top-right, bottom-right.

    Raises:
        UsageError: a side that is no multiple of scale.

    Source:
        Liu et al., "Swin Transformer", ICCV 2021, section 3.1 and released code.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import merge_cells
        >>> x = paddle.to_tensor([[[[0.0], [1.0]], [[2.0], [3.0]]]])
        >>> merge_cells(x).numpy().ravel().tolist()
        [0.0, 2.0, 1.0, 3.0]
    """
    check_maps("merge_cells", (4,), floats=False, x=x)
    check_counts("merge_cells", scale=scale)
    if paddle.in_dynamic_mode():
        _, h, w, _ = x.shape
        if h % scale or w % scale:
            raise UsageError(
                f"merge_cells: {h}x{w} is no multiple of scale={scale}; pad "
                f"{-h % scale} rows and {-w % scale} columns"
            )
    return _merge_cells(x, scale)


def _merge_cells(x, scale=2):
    """merge_cells of checked arguments."""
    fast = native("merge_cells", x)
    if fast is not None:
        return fast(x, scale)
    blocks = [
        x[:, row::scale, column::scale, :]
        for column in range(scale)
        for row in range(scale)
    ]
    return paddle.concat(blocks, axis=-1)


def expand_cells(x: Tensor, scale: int) -> Tensor:
    """Spread the channels of each pixel over a cell, along its rows.

    Args:
        x: [N, H, W, scale*scale*C], channels ordered (row, column, C).
        scale: cell side, at least 1.

    Returns:
        [N, H*scale, W*scale, C].

    Raises:
        UsageError: channels that are no multiple of scale*scale.

    Source:
        Cao et al., "Swin-Unet", ECCV workshops 2022, section 3.4 and released code.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import expand_cells
        >>> x = paddle.arange(4, dtype="float32").reshape([1, 1, 1, 4])
        >>> expand_cells(x, 2).numpy()[0, :, :, 0].tolist()
        [[0.0, 1.0], [2.0, 3.0]]
    """
    check_maps("expand_cells", (4,), floats=False, x=x)
    check_counts("expand_cells", scale=scale)
    channels = x.shape[-1]
    if channels % (scale * scale):
        raise UsageError(
            f"expand_cells: {channels} channels are no multiple of scale*scale="
            f"{scale * scale}"
        )
    return _expand_cells(x, scale)


def _expand_cells(x, scale):
    """expand_cells of checked arguments."""
    fast = native("expand_cells", x)
    if fast is not None:
        return fast(x, scale)
    height, width = (spatial_size(x, "NHWC")[i] for i in (0, 1))
    out = x.shape[-1] // (scale * scale)
    cells = x.reshape([-1, width, scale, scale * out])
    # [N*H, W, row, (column, C)] -> [N*H, row, W, (column, C)]
    cells = cells.transpose([0, 2, 1, 3])
    return cells.reshape([-1, height * scale, width * scale, out])
