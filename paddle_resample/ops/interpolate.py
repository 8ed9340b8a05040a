"""Interpolation of feature maps: nearest, linear, cubic, area."""

import numbers

import paddle.nn.functional as F

from ..errors import UsageError, did_you_mean
from .size import scaled_size, spatial_size

__all__ = ["interpolate"]

# mode -> the numbers of spatial axes it is defined for
_AXES = {
    "nearest": (2, 3),
    "linear": (1,),
    "bilinear": (2,),
    "trilinear": (3,),
    "bicubic": (2,),
    "area": (1, 2, 3),
}
_LAYOUTS = {1: ("NCW", "NWC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}


def interpolate(
    x, size=None, scale=None, mode="bilinear", align_corners=False, data_format=None
):
    """Resize x to `size`, or by `scale`.

    Args:
        x: float, [N, C, W], [N, C, H, W] or [N, C, D, H, W], or channels last when
            data_format says so.
        size: output size, one int for every axis or one per spatial axis (ints or an
            integer Tensor). Exactly one of size and scale is given.
        scale: output side / input side, > 0, one number or one per spatial axis; the
            output side is floor(side * scale). A fractional scale also sets the
            sampling step to 1/scale, as given, not to the rounded sizes' ratio.
        mode: "nearest" (4-D and 5-D x), "linear" (3-D x), "bilinear" and "bicubic"
            (4-D x), "trilinear" (5-D x), or "area" (mean over the cell; 3-D to 5-D x).
        align_corners: the grid, see below; must be False for nearest and area.
        data_format: "NCW", "NCHW", "NCDHW" (default by the rank of x) or "NWC",
            "NHWC", "NDHWC".

    Returns:
        float Tensor of the new size, dtype and layout of x.

    Grid: with align_corners=False output pixel i lies at (i + 0.5) / scale - 0.5 of
    the input, samples outside repeat the border pixel; with True the centres of the
    corner pixels coincide, i * (in - 1) / (out - 1). nearest takes pixel
    floor(i / scale). bicubic is Keys' kernel with a = -0.75. This is the grid of
    PyTorch and of `paddle.nn.functional.interpolate` with align_mode=0, with Paddle's
    two exceptions: a side of one output pixel takes the first input pixel (PyTorch the
    middle) when corners are not aligned, and the sampling step is a float32 number for
    every dtype, which matters to float64 and to ratios above some dozens.

    Source: R. Keys, "Cubic convolution interpolation for digital image processing",
    IEEE TASSP 1981 (bicubic); textbook for the others.

    Raises:
        UsageError: unknown mode, rank or layout that the mode does not have, neither
            or both of size and scale, align_corners where it has no meaning.

    >>> import paddle
    >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
    >>> interpolate(x, scale=2).numpy()[0, 0, 0].tolist()
    [0.0, 0.25, 0.75, 1.0]
    """
    axes = x.ndim - 2
    data_format = data_format or _LAYOUTS.get(axes, ("",))[0]
    _check(mode, axes, data_format, size, scale, align_corners)
    if mode in ("nearest", "area"):
        align_corners = False
    if size is None and isinstance(scale, numbers.Integral):
        # The same answer as with scale_factor, which ONNX exporters refuse.
        size, scale = scaled_size(x, int(scale), data_format), None
    elif size is None and mode == "area":
        size, scale = _floored_size(x, scale, data_format), None
    if isinstance(size, numbers.Integral):
        size = [int(size)] * axes
    if scale is not None and not isinstance(scale, numbers.Number):
        scale = [float(s) for s in scale]
    elif scale is not None:
        scale = float(scale)
    if mode == "area" and axes > 1:
        # What F.interpolate calls; Paddle 2.6's prints a line each time.
        pool = F.adaptive_avg_pool2d if axes == 2 else F.adaptive_avg_pool3d
        return pool(x, size, data_format=data_format)
    return F.interpolate(
        x,
        size=size,
        scale_factor=scale,
        mode=mode,
        align_corners=align_corners,
        align_mode=0,
        data_format=data_format,
    )


def _floored_size(x, scale, data_format):
    sides = spatial_size(x, data_format)
    scales = [scale] * len(sides) if isinstance(scale, numbers.Number) else scale
    return [int(n * s) for n, s in zip(sides, scales)]


def _check(mode, axes, data_format, size, scale, align_corners):
    if mode not in _AXES:
        raise UsageError(
            f"interpolate: unknown mode {mode!r}{did_you_mean(mode, _AXES)}"
        )
    if axes not in _AXES[mode]:
        ranks = " or ".join(f"{a + 2}-D" for a in _AXES[mode])
        raise UsageError(
            f"interpolate: mode {mode!r} takes {ranks} tensors, not {axes + 2}-D"
        )
    if data_format not in _LAYOUTS[axes]:
        raise UsageError(
            f"interpolate: data_format {data_format!r} is no layout of a "
            f"{axes + 2}-D tensor; known: {', '.join(_LAYOUTS[axes])}"
        )
    if (size is None) == (scale is None):
        raise UsageError("interpolate: give exactly one of size and scale")
    if align_corners and mode in ("nearest", "area"):
        raise UsageError(
            f"interpolate: align_corners has no meaning for mode {mode!r}; leave it "
            "False"
        )
    if isinstance(scale, numbers.Number) and scale <= 0:
        raise UsageError(f"interpolate: scale must be positive, not {scale}")
