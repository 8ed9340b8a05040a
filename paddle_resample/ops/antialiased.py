"""Antialiased resizing: one product with a matrix of weights for each axis."""

import paddle

from .sampling_steps import float_side

__all__ = ["antialiased"]


def antialiased(x, have, size, steps, mode, align_corners, data_format):
    """Resize by a kernel that is stretched to the step where an axis shrinks.

    Args:
        x: float [N, C, H, W] or [N, H, W, C].
        have: its (H, W), ints or an integer Tensor.
        size: (h, w) of the output, ints or integer Tensors.
        steps: of both axes, each a float64 Tensor [1]; see `sampling_steps`.
        mode: "bilinear", or "bicubic" with a = -0.5.
        align_corners: takes (in - 1) / (out - 1) for the steps instead.
        data_format: "NCHW" or "NHWC".

    Returns:
        x resized, [N, C, h, w] or [N, h, w, C], dtype of x.

    Grid: see `interpolate`.

    Source: R. Keys, "Cubic convolution interpolation for digital image processing",
    IEEE TASSP 1981 (bicubic); textbook.

    >>> x = paddle.to_tensor([[[[0.0, 0.0, 7.0, 0.0]]]])
    >>> steps = [paddle.ones([1], "float64"), paddle.full([1], 2.0, "float64")]
    >>> y = antialiased(x, [1, 4], [1, 2], steps, "bilinear", False, "NCHW")
    >>> y.numpy()[0, 0, 0].tolist()
    [1.0, 3.0]
    """
    rows, columns = (
        _weights(have[i], size[i], steps[i], mode, align_corners).astype(x.dtype)
        for i in (0, 1)
    )
    if data_format == "NHWC":
        x = x.transpose([0, 3, 1, 2])
    # Flat, for oneDNN misreads a map of four axes that a convolution has just left.
    planes = paddle.matmul(rows, x.flatten(0, 1))
    y = paddle.matmul(planes, columns, transpose_y=True)
    y = y.reshape([-1, x.shape[1], size[0], size[1]])
    return y.transpose([0, 2, 3, 1]) if data_format == "NHWC" else y


def _weights(have, size, step, mode, align_corners):
    """[size, have]: what every input pixel gives to every output pixel of an axis."""
    if align_corners:
        last = paddle.clip(float_side(size) - 1.0, min=1.0)
        step = (float_side(have) - 1.0) / last
        step = step * (float_side(size) > 1.0).astype("float64")
    centre = (paddle.arange(size).unsqueeze(1).astype("float64") + 0.5) * step
    pixel = paddle.arange(have).unsqueeze(0).astype("float64") + 0.5
    distance, stretch = pixel - centre, paddle.clip(step, min=1.0)
    if not paddle.in_dynamic_mode():
        # Paddle Inference with oneDNN loses what is done to float64 after this.
        distance, stretch = distance.astype("float32"), stretch.astype("float32")
    distance = distance.abs() / stretch
    weights = _triangle(distance) if mode == "bilinear" else _keys(distance)
    return weights / weights.sum(axis=1, keepdim=True)


def _triangle(t):
    return paddle.clip(1.0 - t, min=0.0)


def _keys(t, a=-0.5):
    inside = ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0
    t = paddle.clip(t, max=2.0)  # where the outer piece is zero
    outside = a * (((t - 5.0) * t + 8.0) * t - 4.0)
    return paddle.where(t <= 1.0, inside, outside)
