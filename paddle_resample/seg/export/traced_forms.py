"""Trace a model's own calls of Paddle's resizing as the operators here are traced.

Paddle Inference on a CPU answers some of them wrongly (see `ops.interpolate`), and ONNX
has no form for some; PaddleSeg's models are full of them.
"""

import functools
from unittest import mock

import paddle.nn.functional as F

from ...ops import interpolate

__all__ = ["traced_forms"]


def traced_forms():
    """Replace paddle.nn.functional's interpolate and adaptive_avg_pool2d in a with
    block."""
    resize, pool = F.interpolate, F.adaptive_avg_pool2d

    @functools.wraps(resize)
    def resized(
        x,
        size=None,
        scale_factor=None,
        mode="nearest",
        align_corners=False,
        align_mode=0,
        data_format=None,
        *more,
        **options,
    ):
        mode = mode.lower()
        ours = {
            "nearest": not align_corners,
            "bilinear": align_corners or (size is None and align_mode == 0),
        }
        if x.ndim != 4 or not ours.get(mode):
            rest = (scale_factor, mode, align_corners, align_mode, data_format)
            return resize(x, size, *rest, *more, **options)
        scale = scale_factor if size is None else None
        return interpolate(x, size, scale, mode, align_corners, data_format)

    @functools.wraps(pool)
    def pooled(x, output_size, data_format="NCHW", name=None):
        if output_size in (1, [1, 1], (1, 1)):
            return pool(x, output_size, data_format, name)
        return interpolate(x, output_size, mode="area", data_format=data_format)

    return mock.patch.multiple(F, interpolate=resized, adaptive_avg_pool2d=pooled)
