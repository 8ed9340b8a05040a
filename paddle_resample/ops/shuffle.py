"""Pixel shuffle and its inverse: channels to space and back, channel-major."""

import paddle
import paddle.nn.functional as F

from ..errors import UsageError

__all__ = ["pixel_shuffle", "pixel_unshuffle"]


def pixel_shuffle(x, scale, data_format="NCHW"):
    """Spread groups of scale*scale channels over cells of scale x scale pixels.

    Args:
        x: [N, C*scale*scale, H, W], or [N, H, W, C*scale*scale] with "NHWC".
        scale: integer, at least 1.
        data_format: "NCHW" or "NHWC".

    Returns:
        [N, C, H*scale, W*scale] (or channels last), dtype of x: pixel (dy, dx) of a
        cell is input channel c*scale*scale + dy*scale + dx.

    Source: Shi et al., "Real-time single image and video super-resolution using an
    efficient sub-pixel convolutional neural network", CVPR 2016, eq. 4.

    >>> x = paddle.arange(4, dtype="float32").reshape([1, 4, 1, 1])
    >>> pixel_shuffle(x, 2).numpy()[0, 0].tolist()
    [[0.0, 1.0], [2.0, 3.0]]
    """
    channels = x.shape[-1 if data_format == "NHWC" else 1]
    if channels % (scale * scale):
        raise UsageError(
            f"pixel_shuffle: {channels} channels are no multiple of scale*scale="
            f"{scale * scale}"
        )
    return F.pixel_shuffle(x, scale, data_format=data_format)


def pixel_unshuffle(x, scale, data_format="NCHW"):
    """Gather cells of scale x scale pixels into channels; inverse of pixel_shuffle.

    Args:
        x: [N, C, H, W] or [N, H, W, C]; H and W are multiples of scale.
        scale: integer, at least 1.
        data_format: "NCHW" or "NHWC".

    Returns:
        [N, C*scale*scale, H/scale, W/scale] (or channels last), dtype of x.

    >>> x = paddle.to_tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> pixel_unshuffle(x, 2).numpy().ravel().tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    if paddle.in_dynamic_mode():
        h, w = x.shape[1:3] if data_format == "NHWC" else x.shape[2:4]
        if h % scale or w % scale:
            raise UsageError(
                f"pixel_unshuffle: {h}x{w} is no multiple of scale={scale}; pad "
                f"{-h % scale} rows and {-w % scale} columns"
            )
        return F.pixel_unshuffle(x, scale, data_format=data_format)
    # Paddle's operator refuses sizes that are unknown while a program is traced.
    rows_columns = [(r, c) for r in range(scale) for c in range(scale)]
    if data_format == "NHWC":
        planes = [x[:, r::scale, c::scale, :] for r, c in rows_columns]
        return paddle.stack(planes, axis=4).flatten(3, 4)
    planes = [x[:, :, r::scale, c::scale] for r, c in rows_columns]
    return paddle.stack(planes, axis=2).flatten(1, 2)
