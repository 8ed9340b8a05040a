"""Max pooling: the largest value of each cell, and where it stood."""

from __future__ import annotations

from typing import Any

import paddle.nn.functional as F
from paddle import Tensor

from ..base import Downsampler, whole_number
from ..notes import Notes
from ..ops.pool import _max_pool
from ..registry import register

__all__ = ["MaxPool"]


@register("max_pool")
class MaxPool(Downsampler):
    """Largest value of each window, recording its position; no weights.

    Args:
        scale: stride and window side.
        kernel_size: k, window side, at least scale (default).

    Shape:
        x: [N, C, H, W], or [N, C, D, H, W] with "NCDHW".
        y: [N, C, h, w] with h = floor((H + 2*p - k) / scale) + 1, which is floor(H /
            scale) by default ([N, C, d, h, w] of a volume); side `ops.PoolIndices`,
            which max_unpool takes.

    Source:
        textbook; indices: Badrinarayanan et al., "SegNet", TPAMI 2017.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[1.0, 5.0], [2.0, 3.0]]]])
        >>> y, side = paddle_resample.MaxPool(1).record(x)
        >>> y.item(), side.indices.item()
        (5.0, 1)
    """

    source = "textbook"
    data_formats = ("NCHW", "NCDHW")
    gives_side = "pool_indices"
    notes = Notes(
        grid="""
        p = (k - scale + 1) // 2 rows and columns of minus infinity surround x,
        none by default; windows start at multiples of scale, an incomplete last one is
        dropped.
        """,
        cost="No parameters, k*k comparisons per output value.",
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        data_format: str = "NCHW",
        kernel_size: int | None = None,
    ):
        super().__init__(
            in_channels, out_channels, scale=scale, data_format=data_format
        )
        k = scale if kernel_size is None else kernel_size
        self.kernel_size = whole_number(self.name, "kernel_size", k, least=scale)
        self.padding = (k - scale + 1) // 2

    def _least_side(self):
        return self.kernel_size - 2 * self.padding

    def forward(self, x: Tensor, record: bool = False) -> Any:
        windows = self.kernel_size, self.scale, self.padding
        if record:
            return _max_pool(x, *windows)
        pool = F.max_pool3d if x.ndim == 5 else F.max_pool2d
        return pool(x, *windows)
