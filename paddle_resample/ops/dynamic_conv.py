"""Depthwise convolution whose kernels belong to the sample, not to the layer."""

from __future__ import annotations

import paddle
from paddle import Tensor

from ..arguments import check_counts, check_maps
from ..errors import UsageError
from .window import pad_window, window_taps

__all__ = ["dynamic_conv"]


def dynamic_conv(x: Tensor, kernels: Tensor, stride: int = 1) -> Tensor:
    """Depthwise convolution of every sample with a kernel of its own.

    Args:
        x: float [N, C, H, W].
        kernels: float [N, C, k, k], or [N, 1, k, k] for one kernel for all channels.
        stride: at least 1.

    Returns:
        [N, C, ceil(H/stride), ceil(W/stride)]. The window of output (i, j) begins
        (k - 1) // 2 rows and columns before input (i * stride, j * stride); zeros
        outside.

    Raises:
        UsageError: kernels that do not fit x.

    Source:
        Textbook; as in Dai et al., "Learning affinity-aware upsampling for deep image
        matting", CVPR 2021.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import dynamic_conv
        >>> x = paddle.to_tensor([[[[1.0, 2.0, 4.0]]]])
        >>> kernel = paddle.to_tensor([[[[0.0] * 3, [1.0, 1.0, 0.0], [0.0] * 3]]])
        >>> dynamic_conv(x, kernel).numpy().ravel().tolist()
        [1.0, 3.0, 6.0]
    """
    check_counts("dynamic_conv", stride=stride)
    check_maps("dynamic_conv", (4,), x=x, kernels=kernels)
    size = kernels.shape[-1]
    if paddle.in_dynamic_mode():
        wanted = [[x.shape[0], channels, size, size] for channels in (1, x.shape[1])]
        if list(kernels.shape) not in wanted:
            raise UsageError(
                f"dynamic_conv: kernels must be {wanted[1]} or {wanted[0]} for x of "
                f"{list(x.shape)}, not {list(kernels.shape)}"
            )
    return _dynamic_conv(x, kernels, stride)


def _dynamic_conv(x, kernels, stride=1):
    """dynamic_conv of checked arguments."""
    size = kernels.shape[-1]
    weights = kernels.astype(x.dtype).flatten(2)
    total = None
    for q, tap in enumerate(
        window_taps(pad_window(x, size, 1, "zero"), size, stride=stride)
    ):
        part = tap * weights[:, :, q].unsqueeze([2, 3])
        total = part if total is None else total + part
    return total
