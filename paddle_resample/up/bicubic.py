"""Bicubic upsampling: Keys' cubic convolution along rows and columns."""

from ..base import Upsampler
from ..ops import interpolate
from ..registry import register

__all__ = ["Bicubic"]


@register("bicubic")
class Bicubic(Upsampler):
    """Cubic convolution of the 4x4 nearest pixels; no weights.

    Args:
        in_channels: C.
        out_channels: C.
        scale: integer from 1.
        data_format: "NCHW" or "NHWC".
        align_corners: the grid: False (default) centres the pixels, True puts the
            corner pixels on each other.

    Call:
        x: float [N, C, H, W]. size: any (H', W'), default (H*scale, W*scale).

    Returns:
        [N, C, H', W'], dtype of x.

    Grid: as bilinear; samples outside repeat the border pixel. The kernel is Keys' with
    a = -0.75, as in PyTorch and OpenCV; it overshoots at edges.

    Source: R. Keys, "Cubic convolution interpolation for digital image processing",
    IEEE TASSP 1981. Cost: 16 multiply-accumulates per output value.

    >>> import paddle
    >>> Bicubic(1)(paddle.to_tensor([[[[0.0, 0.0, 1.0, 1.0]]]])).numpy().max().round(4)
    1.1055
    """

    source = "Keys, IEEE TASSP 1981"
    year = 1981
    data_formats = ("NCHW", "NHWC")
    any_size = True

    def __init__(
        self,
        in_channels,
        out_channels=None,
        *,
        scale=2,
        data_format="NCHW",
        align_corners=False,
    ):
        super().__init__(
            in_channels, out_channels, scale=scale, data_format=data_format
        )
        self.align_corners = align_corners

    def forward(self, x, guide=None, side=None, size=None):
        return interpolate(
            x,
            size=size,
            scale=self.scale if size is None else None,
            mode="bicubic",
            align_corners=self.align_corners,
            data_format=self.data_format,
        )
