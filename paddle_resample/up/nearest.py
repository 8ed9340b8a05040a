"""Nearest-neighbour upsampling: every output pixel repeats one input pixel."""

from __future__ import annotations

from typing import ClassVar

from paddle import Tensor

from ..base import Upsampler
from ..notes import Notes
from ..ops.interpolate import _interpolate
from ..registry import register

__all__ = ["Nearest"]


@register("nearest")
class Nearest(Upsampler):
    """Repeat pixels; no weights.

    Shape:
        x: [N, C, H, W].
        size: any (H', W'), default (H*scale, W*scale).
        y: [N, C, H', W']; with "NCDHW" [N, C, D', H', W'] of x [N, C, D, H, W] and size
            (D', H', W').

    Source:
        textbook.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[3.0, 5.0]]]])
        >>> paddle_resample.Nearest(1)(x)[0, 0, 0].tolist()
        [3.0, 3.0, 5.0, 5.0]
    """

    source = "textbook"
    data_formats: ClassVar[tuple[str, ...]] = ("NCHW", "NHWC", "NCDHW")
    any_size = True
    mode = "nearest"
    notes = Notes(
        grid="Output i takes input floor(i * H / H'); no border rule is needed.",
        cost="No arithmetic, one read and one write.",
    )

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        return _interpolate(
            x,
            size=size,
            scale=self.scale if size is None else None,
            mode=self.mode,
            data_format=self.data_format,
        )
