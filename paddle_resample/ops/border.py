"""What surrounds a feature map: zeros, its border repeated or mirrored, or the opposite
border, as if the map were periodic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..errors import UsageError
from .size import spatial_size

__all__ = ["BORDERS", "pad_border", "wrap_to_multiple"]

# Our names of Paddle's modes.
BORDERS: dict[str, Any] = {
    "zeros": "constant",
    "replicate": "replicate",
    "reflect": "reflect",
    "circular": "circular",
}


def pad_border(
    x: Tensor, added: Sequence[int], border: str, owner: str = "pad_border"
) -> Tensor:
    """Surround a feature map.

    Args:
        x: [N, C, H, W].
        added: (before, after), the pixels added above and below, left and right alike.
        border: one of BORDERS.
        owner: name for the error message.

    Returns:
        [N, C, H + before + after, W + before + after].

    Raises:
        UsageError: a side too small to be reflected or continued periodically.

    >>> x = paddle.to_tensor([[[[1.0, 2.0, 3.0]]]])
    >>> pad_border(x, (0, 1), "circular").numpy()[0, 0].tolist()
    [[1.0, 2.0, 3.0, 1.0], [1.0, 2.0, 3.0, 1.0]]
    """
    before, after = added
    most = max(before, after)
    if not most:
        return x
    if paddle.in_dynamic_mode() and border in ("reflect", "circular"):
        least = most + (border == "reflect")
        if min(x.shape[2:]) < least:
            raise UsageError(
                f"{owner}: a map of {x.shape[2]}x{x.shape[3]} is too small for border "
                f"{border!r} of {most} pixels; use 'replicate' or 'zeros'"
            )
    if border == "circular":  # not by F.pad, which ONNX has no operator for
        return _wrap(_wrap(x, 2, before, after), 3, before, after)
    return F.pad(x, [before, after, before, after], BORDERS[border])


def wrap_to_multiple(x: Tensor, scale: int, owner: str = "wrap_to_multiple") -> Tensor:
    """Complete the last cells of x with its first rows and columns.

    Args:
        x: [N, C, H, W].
        scale: cell side.
        owner: name for the error message.

    Returns:
        x with both sides rounded up to a multiple of scale.

    Raises:
        UsageError: a side shorter than what it lacks.

    >>> wrap_to_multiple(paddle.to_tensor([[[[1.0], [2.0]]]]), 2).numpy()[0, 0].tolist()
    [[1.0, 1.0], [2.0, 2.0]]
    """
    size: Any = spatial_size(x)
    if not paddle.in_dynamic_mode():  # unknown sides: the most, then crop
        whole = (size + scale - 1) // scale * scale
        x = pad_border(x, (0, scale - 1), "circular")
        return x[:, :, : whole[0], : whole[1]]
    for axis, side in zip((2, 3), size):
        if -side % scale > side:
            raise UsageError(
                f"{owner}: a map of {size[0]}x{size[1]} is too small to be continued "
                f"periodically to a multiple of {scale} pixels"
            )
        x = _wrap(x, axis, 0, -side % scale)
    return x


def _wrap(x, axis, before, after):
    parts = [x]
    if before:
        parts.insert(0, paddle.slice(x, [axis], [-before], [2**31 - 1]))
    if after:
        parts.append(paddle.slice(x, [axis], [0], [after]))
    return paddle.concat(parts, axis=axis) if len(parts) > 1 else x
