"""Interpolation of feature maps: nearest, linear, cubic, area."""

from __future__ import annotations

import numbers
from collections.abc import Sequence

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_choice, check_maps, check_positive, check_size
from ..errors import UsageError
from ..kernels import native
from ..kernels.interpolate import scaled_sides
from ..synonyms import option_hint
from .antialiased import antialiased
from .sampling_steps import (
    each_axis,
    first_axis,
    float_side,
    sizes_and_steps,
)
from .size import Size, spatial_size
from .traced_interpolate import (
    area_by_sums,
    bilinear_as_trilinear,
    nearest_by_index,
    paddle_interpolate,
)

__all__ = ["interpolate"]

_OPTIONS = ("size", "scale", "mode", "align_corners", "data_format", "antialias")
# mode -> the numbers of spatial axes it is defined for
_AXES = {
    "nearest": (2, 3),
    "nearest-exact": (1, 2, 3),
    "linear": (1,),
    "bilinear": (2,),
    "trilinear": (3,),
    "bicubic": (2,),
    "area": (1, 2, 3),
}
# Modes that sample no positions between pixels.
_WHOLE = ("nearest", "nearest-exact", "area")
_LAYOUTS = {1: ("NCW", "NWC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}


def interpolate(
    x: Tensor,
    size: int | Size | None = None,
    scale: float | Sequence[float] | None = None,
    mode: str = "bilinear",
    align_corners: bool = False,
    data_format: str | None = None,
    antialias: bool = False,
    **unknown: object,
) -> Tensor:
    """Resize x to `size`, or by `scale`.

    Args:
        x: float [N, C, W], [N, C, H, W] or [N, C, D, H, W], or channels last where
            data_format says so.
        size: output sides, or one int for all. Exactly one of size and scale is used.
        scale: output side / input side, > 0, or one per axis; the output side is
            floor(side * scale), the sampling step 1 / scale.
        mode: "nearest" (4-D and 5-D x), "nearest-exact" (3-D to 5-D), "linear" (3-D),
            "bilinear" and "bicubic" (4-D), "trilinear" (5-D) or "area" (mean over the
            cell, 3-D to 5-D).
        align_corners: False: output i is at (i + 0.5) / scale - 0.5 of the input. True:
            the centres of the corner pixels coincide, i * (in - 1) / (out - 1). Must be
            False for nearest, nearest-exact and area.
        data_format: "NCW", "NCHW", "NCDHW" (default by the rank of x) or "NWC",
            "NHWC", "NDHWC".
        antialias: whether the kernel is widened by in / out where an axis shrinks, as
            PyTorch's antialias=True; bilinear and bicubic (then with a = -0.5) only.
        unknown: none; names of other libraries are answered with ours.

    Returns:
        Tensor of the new size, dtype and layout of x.

    Raises:
        UsageError: unknown mode or option, a rank or layout that the mode does not
            have, neither or both of size and scale, align_corners or antialias without
            a meaning.

    Note:
        Border pixels repeat outside. nearest takes pixel floor(i / scale),
        nearest-exact floor((i + 0.5) / scale). The grid is PyTorch's, and Paddle's with
        align_mode=0, with Paddle's two exceptions: with corners not aligned a side of
        one output pixel takes the first input pixel (PyTorch the middle), and the step
        is a float32 number for every dtype.

    Source:
        R. Keys, "Cubic convolution interpolation for digital image processing", IEEE
        TASSP 1981 (bicubic, a = -0.75); textbook for the others.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import interpolate
        >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
        >>> interpolate(x, scale=2).numpy()[0, 0, 0].tolist()
        [0.0, 0.25, 0.75, 1.0]
        >>> x = paddle.to_tensor([[[[0.0, 0.0, 7.0, 0.0]]]])
        >>> interpolate(x, size=(1, 2), antialias=True).numpy()[0, 0, 0].tolist()
        [1.0, 3.0]
    """
    for key in unknown:
        raise UsageError(
            f"interpolate: unknown option {key!r}{option_hint(key, _OPTIONS)}"
        )
    check_maps("interpolate", (3, 4, 5), x=x)
    axes = x.ndim - 2
    data_format = data_format or _LAYOUTS.get(axes, ("",))[0]
    _check(mode, axes, data_format, size, scale, align_corners, antialias)
    if not (scale is None or isinstance(scale, numbers.Integral) or mode == "area"):
        _check_scale(x, scale, data_format)
    if isinstance(size, numbers.Integral):
        size = [int(size)] * axes
    if size is not None:
        check_size("interpolate", size, axes, x.shape[0])
    return _interpolate(
        x, size, scale, mode, bool(align_corners), data_format, antialias
    )


def _interpolate(
    x,
    size=None,
    scale=None,
    mode="bilinear",
    align_corners=False,
    data_format="NCHW",
    antialias=False,
):
    """interpolate of checked arguments; size is of one side per axis."""
    axes = x.ndim - 2
    whole = size is None and isinstance(scale, numbers.Integral)
    if size is None:
        size, scale = _size_or_scale(x, scale, mode, data_format)
    plain = axes == 2 and mode != "nearest-exact" and not antialias
    fast = native(mode, x) if plain else None
    if fast is not None:
        return fast(x, size, scale, mode, align_corners, data_format)
    if antialias or mode == "nearest-exact":
        have = spatial_size(x, data_format)
        size, steps = sizes_and_steps(have, size, scale)
        if mode == "nearest-exact":
            return _take_nearest(x, have, size, steps, data_format)
        return antialiased(x, have, size, steps, mode, align_corners, data_format)
    if axes == 2 and not paddle.in_dynamic_mode():
        # The engines that run an exported program take these from Paddle and answer
        # with other numbers; see traced_interpolate.
        if mode == "bilinear" and (align_corners or scale is not None):
            return bilinear_as_trilinear(x, size, scale, align_corners, data_format)
        if mode == "nearest" and not whole:
            return nearest_by_index(x, size, scale, data_format)
        if mode == "area":
            return area_by_sums(x, size, data_format)
    if mode == "area" and axes > 1:
        # What F.interpolate calls; Paddle 2.6's prints a line each time.
        pool = F.adaptive_avg_pool2d if axes == 2 else F.adaptive_avg_pool3d
        return pool(x, size, data_format=data_format)
    return paddle_interpolate(
        x,
        size=size,
        scale_factor=scale,
        mode=mode,
        align_corners=align_corners,
        align_mode=0,
        data_format=data_format,
    )


def _size_or_scale(x, scale, mode, data_format):
    """(size, None) where the scale says it, else (None, the scale as floats)."""
    sides = spatial_size(x, data_format)
    axes = x.ndim - 2
    if isinstance(scale, numbers.Integral):
        # The same answer as with scale_factor, which ONNX exporters refuse.
        scale = int(scale)
        size = [n * scale for n in sides] if isinstance(sides, list) else sides * scale
    elif mode == "area":
        size = [int(n * s) for n, s in zip(sides, each_axis(scale, axes))]
    elif isinstance(scale, numbers.Number):
        return None, float(scale)
    else:
        return None, [float(s) for s in scale]
    check_size("interpolate", size, axes, x.shape[0])
    return size, None


def _take_nearest(x, have, size, steps, data_format):
    """Mode nearest-exact by picking rows and columns."""
    for i, step in enumerate(steps):
        location = (paddle.arange(size[i]).astype("float64") + 0.5) * step
        # A centre on a seam belongs to the next pixel; float32 forgives the product's
        # rounding, as in PyTorch.
        index = paddle.minimum(
            location.astype("float32").floor().astype("float64"),
            float_side(have[i]) - 1.0,
        )
        index = index.astype("int64")
        x = paddle.index_select(x, index, axis=first_axis(data_format) + i)
    return x


def _check_scale(x, scale, data_format):
    sides = spatial_size(x, data_format)
    if not paddle.in_dynamic_mode() or min(scaled_sides(sides, scale)) >= 1:
        return
    scale = [float(s) for s in each_axis(scale, len(sides))]
    raise UsageError(
        f"interpolate: scale {scale[0] if len(set(scale)) == 1 else scale} leaves no "
        f"pixel of {sides}"
    )


def _check(mode, axes, data_format, size, scale, align_corners, antialias):
    check_choice("interpolate", "mode", mode, _AXES)
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
    if antialias and mode not in ("bilinear", "bicubic"):
        raise UsageError(
            f"interpolate: antialias is defined for 'bilinear' and 'bicubic', not for "
            f"{mode!r}; leave it False"
        )
    if align_corners and mode in _WHOLE:
        raise UsageError(
            f"interpolate: align_corners has no meaning for mode {mode!r}; leave it "
            "False"
        )
    if scale is None:
        return
    scales = each_axis(scale, axes)
    if not isinstance(scales, (list, tuple)) or len(scales) != axes:
        raise UsageError(
            f"interpolate: scale must be one number or one per axis, not {scale!r}"
        )
    for s in scales:
        check_positive("interpolate", scale=s)
