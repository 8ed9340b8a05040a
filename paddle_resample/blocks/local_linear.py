"""Local linear regression, the core of guided filters."""

from __future__ import annotations

from collections.abc import Sequence

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..ops.interpolate import _interpolate

__all__ = ["box_mean", "enlarge", "local_linear"]


def box_mean(x: Tensor, radius: int) -> Tensor:
    """Mean over the (2*radius + 1)**2 window of every pixel, cut at the border.

    Args:
        x: float [N, C, H, W].
        radius: of the window.

    Returns:
        [N, C, H, W].
    """
    return F.avg_pool2d(x, 2 * radius + 1, 1, radius, exclusive=True)


def local_linear(
    guide: Tensor, x: Tensor, radius: int, epsilon: float
) -> tuple[Tensor, Tensor]:
    """The linear function of the guide that is nearest to x in each window.

    Args:
        guide: float [N, C or 1, H, W].
        x: float [N, C, H, W].
        radius: of the windows.
        epsilon: added to the variance of the guide.

    Returns:
        (slope, level), [N, C, H, W] each: slope * guide + level is near x.

    Source: He et al., "Guided image filtering", TPAMI 2013, eq. 5 and 6.

    >>> guide = paddle.to_tensor([[[[0.0, 1.0, 2.0]]]])
    >>> slope, level = local_linear(guide, 3 * guide + 1, 1, 1e-6)
    >>> slope.numpy().round(2).ravel().tolist(), round(level[0, 0, 0, 1].item(), 2)
    ([3.0, 3.0, 3.0], 1.0)
    """
    # Variances do not change with an offset, but in float32 a large one ruins them.
    offset, level = (part.mean([2, 3], keepdim=True) for part in (guide, x))
    guide, x = guide - offset, x - level
    mean_guide, mean_x = box_mean(guide, radius), box_mean(x, radius)
    covariance = box_mean(guide * x, radius) - mean_guide * mean_x
    variance = box_mean(guide * guide, radius) - mean_guide * mean_guide
    slope = covariance / (paddle.clip(variance, min=0.0) + epsilon)
    return slope, mean_x + level - slope * (mean_guide + offset)


def enlarge(x: Tensor, size: Sequence[int] | Tensor) -> Tensor:
    """Bilinear interpolation with corners aligned, as guided filters use it."""
    return _interpolate(x, size, mode="bilinear", align_corners=True)
