"""What the upsamplers whose result has exactly the guide's size have in common."""

import paddle
import paddle.nn as nn

from ..errors import UsageError
from ..initialise import torch_uniform
from ..ops import spatial_size

__all__ = ["guide_size", "torch_conv"]


def guide_size(owner, guide, channels, size):
    """Check the guide of such an upsampler and read its size.

    Args:
        owner: name for messages.
        guide: float [N, channels, H', W']; None is refused.
        channels: expected of the guide.
        size: None, or what was asked for, which must be the guide's.

    Returns:
        (H', W') as `ops.spatial_size` gives it.

    Raises:
        UsageError: no guide, other channels, another size (eager execution).
    """
    if guide is None:
        raise UsageError(f"{owner}: called without a guide")
    fine = spatial_size(guide)
    if not paddle.in_dynamic_mode():
        return fine
    if guide.shape[1] != channels:
        raise UsageError(
            f"{owner}: the guide has {guide.shape[1]} channels, but the layer was "
            f"built with guide_channels={channels}"
        )
    if size is not None and [int(n) for n in size] != fine:
        raise UsageError(
            f"{owner}: size={tuple(size)} differs from the guide's {tuple(fine)}"
        )
    return fine


def torch_conv(in_channels, out_channels, kernel_size):
    """A convolution without bias that keeps the size and starts as PyTorch's does.

    Args:
        in_channels, out_channels: of the map.
        kernel_size: odd.

    Returns:
        nn.Conv2D.
    """
    return nn.Conv2D(
        in_channels,
        out_channels,
        kernel_size,
        padding=kernel_size // 2,
        weight_attr=torch_uniform(in_channels * kernel_size**2),
        bias_attr=False,
    )
