"""Convex upsampling: each output pixel is a convex combination of 3x3 coarse pixels,
whose weights two convolutions of the coarse map predict."""

from __future__ import annotations

from typing import Any

import paddle.nn as nn
from paddle import Tensor

from ..base import Site, Upsampler, whole_number
from ..blocks.conv import conv
from ..initialise import set_window_start
from ..notes import Notes
from ..ops import check_border
from ..ops.reassemble import _reassemble
from ..ops.shuffle import _pixel_shuffle
from ..ops.size import _fit
from ..registry import register

__all__ = ["Convex"]

_WINDOW = 3


@register("convex")
class Convex(Upsampler):
    """Convex combination of a 3x3 window with predicted weights (RAFT).

    Args:
        hidden_channels: M, channels between the two convolutions.
        flow: whether x is a flow field in pixels, whose values grow by s.
        border: "zero" as published, "replicate" or "renormalise", see `carafe`.

    Shape:
        x: [N, C, H, W].
        y: [N, C, H', W'].

    Source:
        Teed and Deng, "RAFT: Recurrent all-pairs field transforms for optical flow",
        ECCV 2020, and released code, where the weights are predicted from the hidden
        state beside a flow of two channels, at scale 8.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.Convex(128, scale=8)
        >>> sum(p.size for p in layer.parameters())
        443200
    """

    source = "Teed and Deng, ECCV 2020"
    year = 2020
    learned = True
    starts = ("bilinear", "nearest")
    notes = Notes(
        formula="""
        m = 1x1(ReLU(3x3(x))) / 4 with 9*s*s channels, y = sum over the window of
        softmax(pixel_shuffle(m)) * x, times s with flow.
        """,
        grid="""
        Output (i, j) belongs to coarse pixel (i // s, j // s), the middle of its
        window. With border "zero" pixels outside are zero and keep their weight: with
        equal weights a constant keeps 4/9 of its value at a corner and 6/9 at an edge.
        """,
        initialization="""
        PyTorch's default: small logits, so nearly equal weights, nearest interpolation
        of the 3x3 box mean.
        """,
        cost="""
        9*C*M + M + 9*s*s*(M + 1) parameters; 9*C*M + 9*s*s*M + 9*s*s*C
        multiply-accumulates per coarse pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        hidden_channels: int = 256,
        flow: bool = False,
        border: str = "zero",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        whole_number(self.name, "hidden_channels", hidden_channels)
        self.flow = flow
        self.border = check_border(self.name, border)
        self.mask = nn.Sequential(
            conv(in_channels, hidden_channels, 3),
            nn.ReLU(),
            conv(hidden_channels, _WINDOW**2 * scale**2),
        )

    def set_start(self, mode: str) -> bool:
        if self.flow:  # multiplied by the scale
            return False
        set_window_start(self.mask[2], _WINDOW, self.scale, mode, factor=4.0)
        return True

    @classmethod
    def count(
        cls, site: Site, *, hidden_channels: int, **options: Any
    ) -> tuple[int, int]:
        c, m, weights = site.in_channels, hidden_channels, _WINDOW**2 * site.scale**2
        first, last = 9 * c * m, weights * m
        parameters = first + m + last + weights
        return parameters, (first + last + weights * c) * site.pixels

    def logits(self, x: Tensor) -> Tensor:
        """The numbers before the softmax over each window, [N, 9, H*s, W*s]."""
        return _pixel_shuffle(0.25 * self.mask(x), self.scale)

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        return _fit(self._combine(x, self.logits(x)), size, self.scale)

    def _combine(self, x, logits):
        y = _reassemble(
            x, logits, _WINDOW, self.scale, border=self.border, softmax=True
        )
        return y * self.scale if self.flow else y
