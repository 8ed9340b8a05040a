"""Inverse Haar transform: a coarse map and the recorded details make the fine one."""

from __future__ import annotations

from typing import Any

from paddle import Tensor

from ..base import Site, Upsampler
from ..notes import Notes
from ..ops import haar_inverse
from ..ops.size import _fit
from ..registry import register

__all__ = ["HaarInverse"]


@register("haar_inverse")
class HaarInverse(Upsampler):
    """Inverse of haar with its recorded detail bands; no weights.

    Args:
        in_channels: C, the channels of the transformed map.

    Shape:
        x: [N, C, h, w], in place of the low band.
        side: what haar recorded for the same shape; it also holds the exact size, so
            odd sizes are restored.
        size: less than 2 from that one: cropped, or extended by the last row and
            column.
        y: [N, C, H, W]. With haar's own low band it is the original map, up to
            rounding.

    Source:
        Li and Shen, "WaveSNet: Wavelet integrated deep networks for image
        segmentation", arXiv 2005.14461, 2020, section 3.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> y, side = paddle_resample.Haar(1).record(x)
        >>> paddle_resample.HaarInverse(1)(y, side=side).numpy().tolist()
        [[[[1.0, 2.0], [3.0, 4.0]]]]
    """

    source = "Li and Shen, arXiv 2005.14461, 2020"
    year = 2020
    scales = (2,)
    needs_side = "haar_bands"
    notes = Notes(
        grid="Input i is centred on output 2 * i + 0.5.",
        cost="""
        No parameters, 16*C multiply-accumulates per input pixel as a transposed
        convolution; done in additions here.
        """,
    )

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        return 0, 16 * site.in_channels * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        return _fit(haar_inverse(x, side), size, self.scale)
