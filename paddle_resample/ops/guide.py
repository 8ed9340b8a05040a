"""The guide of an upsampler of integer scale, cropped or extended to that scale."""

from __future__ import annotations

import paddle
from paddle import Tensor

from ..errors import UsageError
from .size import Size, _fit, scaled_size, spatial_size

__all__ = ["fit_guide"]


def fit_guide(
    guide: Tensor | None, x: Tensor, scale: int, channels: int, owner: str
) -> tuple[Tensor, Size]:
    """Crop or extend a guide to `scale` times the sides of x, as `fit` does.

    An encoder that floors or ceils odd sizes leaves a guide that is not exactly
    `scale` times the coarse map. The result of the upsampler is then fitted to the
    guide's own size.

    Args:
        guide: float [N, channels, H', W'], every side less than `scale` pixels from
            that of x times scale.
        x: [N, C, H, W].
        scale: at least 1.
        channels: expected of the guide.
        owner: name for error messages.

    Returns:
        (guide [N, channels, H*scale, W*scale], (H', W')).

    Raises:
        UsageError: no guide, other channels, or a side too far off.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import fit_guide
        >>> x, guide = paddle.ones([1, 1, 4, 6]), paddle.ones([1, 3, 9, 11])
        >>> exact, size = fit_guide(guide, x, 2, 3, "fade")
        >>> list(exact.shape), size
        ([1, 3, 8, 12], [9, 11])
    """
    if guide is None:
        raise UsageError(f"{owner}: called without a guide")
    if paddle.in_dynamic_mode() and guide.shape[1] != channels:
        raise UsageError(
            f"{owner}: the guide has {guide.shape[1]} channels, but the layer was "
            f"built with guide_channels={channels}"
        )
    return _fit_guide(guide, x, scale, owner)


def _fit_guide(guide, x, scale, owner):
    """fit_guide of checked arguments; still refuses a guide that is too far off."""
    size = spatial_size(guide)
    want = scaled_size(x, scale)
    if paddle.in_dynamic_mode():
        if any(abs(have - side) >= scale for have, side in zip(size, want)):
            raise UsageError(
                f"{owner}: the guide is {size[0]}x{size[1]}, but for x of "
                f"{x.shape[2]}x{x.shape[3]} and scale {scale} it must be less than "
                f"{scale} pixels a side from {want[0]}x{want[1]}"
            )
    return _fit(guide, want, scale), size
