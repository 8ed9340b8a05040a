"""Interpolation of feature maps, natively; see ops.interpolate."""

import numbers

import numpy as np
import paddle

from .call import call, compute, is_plain

__all__ = ["MODES", "interpolate", "scaled_sides"]

# What Paddle takes a scale for; the last bit decides the side of a rounded boundary.
_OLD = paddle.__version__.startswith(("2.", "3.0", "3.1", "3.2"))
_number = np.float32 if _OLD else float
MODES = {"nearest": 0, "bilinear": 1, "bicubic": 2, "area": 3}


def scaled_sides(sides, scale):
    """Return floor(side * scale) of each side, rounded as Paddle's operator does.

    Args:
        sides: ints.
        scale: float, one for all sides or one per side.
    """
    scales = [scale] * len(sides) if isinstance(scale, numbers.Number) else scale
    return [int(_number(n) * _number(s)) for n, s in zip(sides, scales)]


def interpolate(x, size, scale, mode, align_corners, data_format):
    """See ops.interpolate, for its modes "nearest", "bilinear", "bicubic" and "area".

    Args:
        x: [N, C, H, W] or [N, H, W, C].
        size: (height, width), or None.
        scale: where size is None, a float or one per axis that leaves a pixel.
        mode, align_corners, data_format: as there.
    """
    last = data_format == "NHWC"
    have = x.shape[1:3] if last else x.shape[2:4]
    if size is None:
        size = scaled_sides(have, scale)
        scales = [scale] * 2 if isinstance(scale, numbers.Number) else scale
        steps = [float(_number(1.0) / _number(s)) for s in scales]
    else:
        size = [int(n) for n in size]
        steps = [n / m for n, m in zip(have, size)]
    if align_corners:
        steps = [(n - 1) / (m - 1) if m > 1 else 0.0 for n, m in zip(have, size)]
    # Paddle takes the first pixel where one is left, whichever grid.
    steps = [s if m > 1 else 0.0 for s, m in zip(steps, size)]
    sizes = [have[0], size[0], have[1], size[1]]
    if not is_plain(x):
        return call("interpolate", x, MODES[mode], sizes, steps, align_corners, last)
    n, *shape = x.shape
    axis = 0 if last else 1
    shape[axis : axis + 2] = size
    planes, channels = (n, shape[-1]) if last else (n * shape[0], 1)
    how = planes, channels, MODES[mode], *sizes, align_corners, x.element_size() == 8
    pointers = [x.data_ptr()]
    return compute("interpolate_forward", [n, *shape], pointers, how, steps, x.dtype)
