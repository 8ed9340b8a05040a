"""Joint bilateral upsampling: coarse pixels averaged by distance and by the likeness of
the guide."""

from __future__ import annotations

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_counts, check_maps, check_positive
from ..errors import UsageError
from ..kernels import native
from .interpolate import _interpolate
from .reassemble import _reassemble
from .size import spatial_size

__all__ = ["joint_bilateral"]


def joint_bilateral(
    x: Tensor,
    guide: Tensor,
    radius: int = 2,
    sigma_space: float = 0.5,
    sigma_range: float = 0.25,
) -> Tensor:
    """Upsample x to the size of the guide, along the guide's edges.

    y_p = sum_q w_pq x_q / sum_q w_pq over the (2*radius + 1)**2 coarse pixels q around
    p, with w_pq = exp(-|p - q|**2 / (2*sigma_space**2)) *
    exp(-|guide_p - guide_q|**2 / (2*sigma_range**2)).

    Args:
        x: float [N, C, H, W].
        guide: float [N, G, H', W'].
        radius: of the window, in coarse pixels, at least 0.
        sigma_space: of the distance, in coarse pixels.
        sigma_range: of the guide's Euclidean distance over its channels, in its units.

    Returns:
        [N, C, H', W']. p is the centre of fine pixel i, at (i + 0.5) * H / H' - 0.5;
        the window is centred on the coarse pixel that contains p, and its pixels
        outside the map have no weight.

    Raises:
        UsageError: an argument out of its range, other samples in the guide.

    Source:
        Kopf et al., "Joint bilateral upsampling", ACM TOG (SIGGRAPH) 2007, with two
        Gaussians. The guide of a coarse pixel is the mean of its cell, where the paper
        reads one fine pixel.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import joint_bilateral
        >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
        >>> guide = paddle.to_tensor([[[[0.0, 0.0, 9.0, 9.0]]]])
        >>> joint_bilateral(x, guide, sigma_space=9.0).numpy().round(3).tolist()
        [[[[0.0, 0.0, 1.0, 1.0]]]]
    """
    check_maps("joint_bilateral", (4,), x=x, guide=guide)
    check_counts("joint_bilateral", 0, radius=radius)
    check_positive("joint_bilateral", sigma_space=sigma_space, sigma_range=sigma_range)
    if paddle.in_dynamic_mode() and x.shape[0] != guide.shape[0]:
        raise UsageError(
            f"joint_bilateral: x has {x.shape[0]} samples but the guide "
            f"{guide.shape[0]}"
        )
    return _joint_bilateral(x, guide, radius, sigma_space, sigma_range)


def _joint_bilateral(x, guide, radius=2, sigma_space=0.5, sigma_range=0.25):
    """joint_bilateral of checked arguments."""
    if guide.dtype in (paddle.float16, paddle.bfloat16):
        guide = guide.astype("float32")
    coarse, fine = spatial_size(x), spatial_size(guide)
    small = _interpolate(guide, size=coarse, mode="area")
    rows, columns = (_Axis(coarse[i], fine[i], guide.dtype) for i in (0, 1))
    steps = range(-radius, radius + 1)
    row_squares = [rows.square(step).unsqueeze(1) for step in steps]
    column_squares = [columns.square(step) for step in steps]
    logits = []
    for near_row, small_row in zip(row_squares, _shifted(small, rows, steps, 2)):
        for near, there in zip(column_squares, _shifted(small_row, columns, steps, 3)):
            alike = ((guide - there) ** 2).sum(1) / (2.0 * sigma_range**2)
            logits.append((near_row + near) / (-2.0 * sigma_space**2) - alike)
    logits = paddle.stack(logits, axis=1)
    ratio = _native_ratio(x, logits)
    if ratio is not None:
        size = 2 * radius + 1
        return _reassemble(x, logits, size, ratio, border="replicate", softmax=True)
    weights = F.softmax(logits, axis=1).astype(x.dtype)
    taps = iter(weights.unsqueeze(2).unbind(1))
    y = 0.0
    for x_row in _shifted(x, rows, steps, 2):
        for there in _shifted(x_row, columns, steps, 3):
            y = y + there * next(taps)
    return y


@paddle.jit.not_to_static
def _native_ratio(x, logits):
    """Logits of a pixel of x along each axis, where the native kernel can be used."""
    if native("reassemble", x, logits) is None:
        return None
    ratio = logits.shape[2] // x.shape[2]
    whole = [ratio * n for n in x.shape[2:]] == list(logits.shape[2:])
    return ratio if whole else None


def _shifted(x, axis, steps, number):
    """For every step, the map with the coarse pixels of an axis at that step."""
    for step in steps:
        yield paddle.index_select(x, axis.pixel(step), axis=number)


class _Axis:
    """Fine pixels among coarse ones along one axis, in whole numbers until the end."""

    def __init__(self, coarse, fine, dtype):
        index = paddle.arange(fine).astype("int32")
        if not paddle.in_dynamic_mode():
            coarse, fine = coarse.astype("int32"), fine.astype("int32")
        twice = (2 * index + 1) * coarse  # centre + 0.5, times 2 * fine
        self.nearest = twice // (2 * fine)
        offset = (twice - fine - self.nearest * (2 * fine)).astype(dtype)
        half = fine if isinstance(fine, int) else fine.astype(dtype)
        self.offset = offset / (2.0 * half)  # from the nearest, in coarse pixels
        self.last = coarse - 1
        self._pixels = {}

    def pixel(self, step):
        """The coarse pixel `step` after the nearest one, held inside the map."""
        if step not in self._pixels:
            self._pixels[step] = paddle.clip(self.nearest + step, 0, self.last)
        return self._pixels[step]

    def square(self, step):
        """Squared distance to it; very large outside the map."""
        outside = self.pixel(step) != self.nearest + step
        return (step - self.offset) ** 2 + outside.astype(self.offset.dtype) * 1e15
