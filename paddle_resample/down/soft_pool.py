"""SoftPool: the mean of each cell, weighted by the softmax of its values."""

from __future__ import annotations

from typing import Any, Literal

from paddle import Tensor

from ..base import Downsampler, Site, whole_number
from ..errors import UsageError, did_you_mean
from ..notes import Notes
from ..ops.soft_pool import _soft_pool
from ..registry import register

__all__ = ["SoftPool"]


@register("soft_pool")
class SoftPool(Downsampler):
    """Softmax-weighted mean of each window, between mean and maximum; no weights.

    Args:
        scale: s, stride and window side.
        kernel_size: k, window side, at least s (default).
        weights: "channel" (the paper's equation and the released GPU kernel) or
            "shared" (the released Python path: one weight a pixel for all channels,
            negative results become 0), see `ops.soft_pool`.

    Shape:
        x: [N, C, H, W].
        y: [N, C, h, w] with h = floor((H + 2*p - k) / s) + 1, which is floor(H/s) by
            default.

    Source:
        Stergiou et al., "Refining activation downsampling with SoftPool", ICCV 2021,
        eq. 1 and 2.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
        >>> round(paddle_resample.SoftPool(1)(x)[0].item(), 4)
        2.4927
    """

    source = "Stergiou et al., ICCV 2021"
    year = 2021
    notes = Notes(
        grid="""
        p = (k - s + 1) // 2 rows and columns that weigh nothing surround x, none
        by default; windows start at multiples of s, an incomplete last one is dropped.
        """,
        cost="No parameters, k*k*C multiply-accumulates per output pixel.",
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        kernel_size: int | None = None,
        weights: Literal["channel", "shared"] = "channel",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        k = scale if kernel_size is None else kernel_size
        self.kernel_size = whole_number(self.name, "kernel_size", k, least=scale)
        if weights not in ("channel", "shared"):
            hint = did_you_mean(weights, ("channel", "shared"))
            raise UsageError(f"soft_pool: unknown weights {weights!r}{hint}")
        self.weights = weights
        self.padding = (k - scale + 1) // 2

    @classmethod
    def count(
        cls, site: Site, *, kernel_size: int | None, **options: Any
    ) -> tuple[int, int]:
        s = site.scale
        k = s if kernel_size is None else kernel_size
        padding = (k - s + 1) // 2
        height, width = (
            (n + 2 * padding - k) // s + 1 for n in (site.height, site.width)
        )
        return 0, k * k * site.in_channels * height * width

    def _least_side(self):
        return self.kernel_size - 2 * self.padding

    def forward(self, x: Tensor) -> Tensor:
        return _soft_pool(x, self.kernel_size, self.scale, self.padding, self.weights)
