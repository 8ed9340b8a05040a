"""Nearest-neighbour upsampling: every output pixel repeats one input pixel."""

from ..base import Upsampler
from ..ops import interpolate
from ..registry import register

__all__ = ["Nearest"]


@register("nearest")
class Nearest(Upsampler):
    """Repeat pixels; no weights.

    Args:
        in_channels: C.
        out_channels: C.
        scale: integer from 1.
        data_format: "NCHW", "NHWC" or "NCDHW".

    Call:
        x: float [N, C, H, W]. size: any (H', W'), default (H*scale, W*scale).

    Returns:
        [N, C, H', W'], dtype of x; with "NCDHW" [N, C, D', H', W'] of
        x [N, C, D, H, W] and size (D', H', W').

    Grid: output i takes input floor(i * H / H'); no border rule is needed.

    Source: textbook. Cost: no arithmetic, one read and one write.

    >>> import paddle
    >>> Nearest(1)(paddle.to_tensor([[[[3.0, 5.0]]]])).numpy()[0, 0, 0].tolist()
    [3.0, 3.0, 5.0, 5.0]
    """

    source = "textbook"
    data_formats = ("NCHW", "NHWC", "NCDHW")
    any_size = True
    mode = "nearest"

    def forward(self, x, guide=None, side=None, size=None):
        return interpolate(
            x,
            size=size,
            scale=self.scale if size is None else None,
            mode=self.mode,
            data_format=self.data_format,
        )
