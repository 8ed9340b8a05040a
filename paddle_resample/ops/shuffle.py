"""Pixel shuffle and its inverse: channels to space and back, channel-major."""

from __future__ import annotations

import itertools
from typing import Any

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_choice, check_counts, check_maps
from ..errors import UsageError
from ..kernels import native
from .size import spatial_size

__all__ = ["pixel_shuffle", "pixel_unshuffle"]

_LAYOUTS = ("NCHW", "NHWC", "NCDHW")


def pixel_shuffle(x: Tensor, scale: int, data_format: str = "NCHW") -> Tensor:
    """Spread groups of scale*scale channels over cells of scale x scale pixels.

    Args:
        x: [N, C*scale*scale, H, W], [N, H, W, C*scale*scale] with "NHWC", or
            [N, C*scale**3, D, H, W] with "NCDHW".
        scale: at least 1.
        data_format: "NCHW", "NHWC" or "NCDHW".

    Returns:
        [N, C, H*scale, W*scale] (or as data_format says): pixel (dy, dx) of a cell is
        input channel c*scale*scale + dy*scale + dx; in a volume pixel (dz, dy, dx) is
        channel c*scale**3 + (dz*scale + dy)*scale + dx.

    Raises:
        UsageError: channels that are no multiple, unknown layout.

    Source:
        Shi et al., "Real-time single image and video super-resolution using an
        efficient sub-pixel convolutional neural network", CVPR 2016, eq. 4.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import pixel_shuffle
        >>> x = paddle.arange(4, dtype="float32").reshape([1, 4, 1, 1])
        >>> pixel_shuffle(x, 2).numpy()[0, 0].tolist()
        [[0.0, 1.0], [2.0, 3.0]]
    """
    _check("pixel_shuffle", x, scale, data_format)
    channels = x.shape[-1 if data_format == "NHWC" else 1]
    axes = len(data_format) - 2
    if channels % scale**axes:
        raise UsageError(
            f"pixel_shuffle: {channels} channels are no multiple of "
            f"{'*'.join(['scale'] * axes)}={scale**axes}"
        )
    return _pixel_shuffle(x, scale, data_format)


def _pixel_shuffle(x, scale, data_format="NCHW"):
    """pixel_shuffle of checked arguments."""
    if data_format == "NCDHW":  # Paddle's operator knows no volumes
        return _shuffle_volume(x, scale)
    fast = native("pixel_shuffle", x)
    if fast is not None:
        return fast(x, scale, data_format)
    return F.pixel_shuffle(x, scale, data_format=data_format)


def pixel_unshuffle(x: Tensor, scale: int, data_format: str = "NCHW") -> Tensor:
    """Inverse of pixel_shuffle: cells of scale x scale pixels become channels.

    Args:
        x: [N, C, H, W], [N, H, W, C] or [N, C, D, H, W]; every side is a multiple of
            scale.
        scale: at least 1.
        data_format: "NCHW", "NHWC" or "NCDHW".

    Returns:
        [N, C*scale*scale, H/scale, W/scale] (or as data_format says); of a volume
        [N, C*scale**3, D/scale, H/scale, W/scale].

    Raises:
        UsageError: a side that is no multiple, unknown layout.

    Source:
        As pixel_shuffle.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import pixel_unshuffle
        >>> x = paddle.to_tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
        >>> pixel_unshuffle(x, 2).numpy().ravel().tolist()
        [0.0, 1.0, 2.0, 3.0]
    """
    _check("pixel_unshuffle", x, scale, data_format)
    if paddle.in_dynamic_mode():
        size: Any = spatial_size(x, data_format)
        if any(n % scale for n in size):
            words = ("slices", "rows", "columns")[-len(size) :]
            pads = [f"{-n % scale} {word}" for n, word in zip(size, words)]
            raise UsageError(
                f"pixel_unshuffle: {'x'.join(map(str, size))} is no multiple of "
                f"scale={scale}; pad {', '.join(pads[:-1])} and {pads[-1]}"
            )
    return _pixel_unshuffle(x, scale, data_format)


def _pixel_unshuffle(x, scale, data_format="NCHW"):
    """pixel_unshuffle of checked arguments."""
    if paddle.in_dynamic_mode() and data_format != "NCDHW":
        fast = native("pixel_unshuffle", x)
        if fast is not None:
            return fast(x, scale, data_format)
        return F.pixel_unshuffle(x, scale, data_format=data_format)
    # Paddle's operator knows no volumes, and refuses sizes that are unknown while a
    # program is traced.
    pixels = itertools.product(range(scale), repeat=len(data_format) - 2)
    steps = [tuple(slice(first, None, scale) for first in pixel) for pixel in pixels]
    every = (slice(None),)
    if data_format == "NHWC":
        planes = [x[every + step + every] for step in steps]
        return paddle.stack(planes, axis=4).flatten(3, 4)
    planes = [x[every + every + step] for step in steps]
    return paddle.stack(planes, axis=2).flatten(1, 2)


def _check(owner, x, scale, data_format):
    check_choice(owner, "data_format", data_format, _LAYOUTS)
    check_maps(owner, (len(data_format),), x=x)
    check_counts(owner, scale=scale)


def _shuffle_volume(x, scale):
    depth, height, width = (spatial_size(x)[i] for i in (0, 1, 2))
    # [N, C, s, s, s, D, H, W] -> [N, C, D, s, H, s, W, s]
    cells = x.reshape([-1, x.shape[1] // scale**3, *[scale] * 3, depth, height, width])
    cells = cells.transpose([0, 1, 5, 2, 6, 3, 7, 4])
    return cells.flatten(6, 7).flatten(4, 5).flatten(2, 3)
