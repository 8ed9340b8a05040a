"""Adaptive polyphase upsampling: a coarse map returns to the pixels that its
downsampler chose, and a filter spreads it."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import paddle
from paddle import Tensor

from ..arguments import check_choice, check_positive
from ..base import Site, Upsampler
from ..notes import Notes
from ..ops.blur_pool import _strided_filter, binomial_line, blur_padding
from ..ops.border import BORDERS, wrap_to_multiple
from ..ops.polyphase import check_phase_weights, spread_phases, to_recorded_size
from ..registry import register

__all__ = ["APSUp"]


@register("aps_up")
class APSUp(Upsampler):
    """Pixels at the offset that aps recorded, zeros between them, a binomial filter.

    Args:
        in_channels: C, the channels of the downsampled map.
        scale: of the partner.
        filter_size: f, taps a side, 1 to 7; 1 filters nothing.
        border: of the filter: "circular" (published), "reflect", "replicate" or
            "zeros".
        gain: what the result is multiplied by; 1 as released, where a constant leaves
            1/(s*s) of itself, s*s keeps it on the mean.
        even: complete an odd side of x (any s: to a multiple) with its first row or
            column before, as released; see Source.

    Shape:
        x: [N, C, h, w].
        side: what aps or lps recorded for the same shape; it also holds the exact size,
            so odd sizes are restored.
        size: less than `scale` from that one: cropped, or extended by the last row and
            column.
        y: [N, C, H, W].

    Source:
        Chaman and Dokmanic, "Truly shift-equivariant convolutional neural networks with
        adaptive polyphase upsampling", arXiv 2105.04040, 2021, and released code. There
        an odd coarse side is made even first, so that 3x4 becomes 8x8 and cannot return
        to the size it came from.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[1.0, 5.0], [2.0, 3.0]]]])
        >>> y, side = paddle_resample.APS(1, filter_size=1).record(x)
        >>> up = paddle_resample.APSUp(1, filter_size=1)
        >>> up(y, side=side).numpy().tolist()
        [[[[0.0, 5.0], [0.0, 0.0]]]]
    """

    source = "Chaman and Dokmanic, arXiv 2105.04040, 2021"
    year = 2021
    needs_side = "phase_weights"
    notes = Notes(
        grid="""
        Every pixel returns to where it was read from; the filter reads over the
        border as `border` says.
        """,
        cost="""
        No parameters, f*f*C multiply-accumulates per output pixel (none for f = 1).
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        filter_size: int = 3,
        border: Literal["circular", "reflect", "replicate", "zeros"] = "circular",
        gain: float = 1.0,
        even: bool = False,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        line = binomial_line(filter_size)
        check_choice(self.name, "border", border, BORDERS)
        check_positive(self.name, gain=gain)
        self.filter_size, self.border, self.even = filter_size, border, even
        kernel = gain * np.outer(line, line)[None, None].astype("float32")
        self.register_buffer("filt", paddle.to_tensor(kernel), persistable=False)

    @staticmethod
    def official_name(name: str) -> str | None:
        """The official state dict holds the fixed filter; it is passed over."""
        return None if name.endswith("filt") else name

    @classmethod
    def count(cls, site: Site, *, filter_size: int, **options: Any) -> tuple[int, int]:
        taps = 0 if filter_size == 1 else filter_size**2
        return 0, taps * site.in_channels * site.scale**2 * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        check_phase_weights(self.name, side, x, self.scale)
        if self.even:
            x = wrap_to_multiple(x, self.scale, self.name)
        y = spread_phases(x, side.weights, self.scale)
        rows = blur_padding(self.filter_size, 1)
        y = _strided_filter(y, self.filt, 1, rows, self.border)
        if self.even:  # up to 2*s - 1 pixels more than were recorded
            y = y[:, :, : side.size[0], : side.size[1]]
        return to_recorded_size(y, side.size, size, self.scale)
