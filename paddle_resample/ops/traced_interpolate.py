"""Forms that interpolation of maps takes while a program is traced.

oneDNN, which Paddle Inference runs by default on a CPU, takes these modes from Paddle
and answers with other numbers, silently: it knows neither aligned corners nor factors
that are no integer, its nearest pixel is the one of the centres, and its windows of a
mean do not overlap. ONNX exporters fail at the mean. Each form gives the numbers of
Paddle's operator by other operators.
"""

import paddle
import paddle.nn.functional as F

from .sampling_steps import each_axis, first_axis, float_side, sizes_and_steps
from .size import spatial_size

__all__ = [
    "area_by_sums",
    "bilinear_as_trilinear",
    "nearest_by_index",
    "paddle_interpolate",
]

# Paddle's own, also where something else stands under its name for a while.
paddle_interpolate = F.interpolate


def bilinear_as_trilinear(x, size, scale, align_corners, data_format):
    """Bilinear interpolation as the trilinear one of a volume one slice deep.

    Args:
        x: float [N, C, H, W] or [N, H, W, C].
        size: (height, width), ints or an integer Tensor; None where scale is used.
        scale: a float or one per axis; None where size is used.
        align_corners: see `interpolate`.
        data_format: "NCHW" or "NHWC".

    Returns:
        x resized, dtype and layout of x.
    """
    depth = 2 if data_format == "NCHW" else 1
    y = paddle_interpolate(
        x.unsqueeze(depth),
        size=None if size is None else [1, size[0], size[1]],
        scale_factor=None if scale is None else [1.0, *each_axis(scale, 2)],
        mode="trilinear",
        align_corners=align_corners,
        align_mode=0,
        data_format="NCDHW" if data_format == "NCHW" else "NDHWC",
    )
    return y.squeeze(depth)


def nearest_by_index(x, size, scale, data_format):
    """Nearest interpolation by picking rows and columns.

    Args:
        x: float [N, C, H, W] or [N, H, W, C].
        size: (height, width), ints or an integer Tensor; None where scale is used.
        scale: a float or one per axis; None where size is used.
        data_format: "NCHW" or "NHWC".

    Returns:
        x resized, dtype and layout of x: output i is pixel floor(i * step), the step
        in float32 as in Paddle's operator.
    """
    have = spatial_size(x, data_format)
    size, steps = sizes_and_steps(have, size, scale)
    for i, step in enumerate(steps):
        location = paddle.arange(size[i]).astype("float32") * step.astype("float32")
        last = float_side(have[i]).astype("int64") - 1
        index = paddle.minimum(location.astype("int64"), last)
        x = paddle.index_select(x, index, axis=first_axis(data_format) + i)
    return x


def area_by_sums(x, size, data_format):
    """Means over cells by differences of running sums, in float64 so that none is lost.

    Args:
        x: float [N, C, H, W] or [N, H, W, C].
        size: (height, width), ints or an integer Tensor.
        data_format: "NCHW" or "NHWC".

    Returns:
        x resized, dtype and layout of x: output i is the mean of the pixels from
        floor(i * in / out) to before ceil((i + 1) * in / out).
    """
    have, y = spatial_size(x, data_format), x.astype("float64")
    for i in range(2):
        axis, n, m = first_axis(data_format) + i, have[i], size[i]
        window = paddle.arange(m)
        start = window * n // m
        stop = ((window + 1) * n + m - 1) // m
        sums = paddle.cumsum(y, axis=axis)
        nothing = paddle.zeros_like(paddle.slice(sums, [axis], [0], [1]))
        sums = paddle.concat([nothing, sums], axis=axis)
        y = paddle.index_select(sums, stop, axis=axis)
        y = y - paddle.index_select(sums, start, axis=axis)
        shape = [-1 if along == axis else 1 for along in range(4)]
        y = y / (stop - start).astype("float64").reshape(shape)
    return y.astype(x.dtype)
