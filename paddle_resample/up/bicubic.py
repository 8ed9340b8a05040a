"""Bicubic upsampling: Keys' cubic convolution along rows and columns."""

from ..registry import register
from .bilinear import Bilinear

__all__ = ["Bicubic"]


@register("bicubic")
class Bicubic(Bilinear):
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
    mode = "bicubic"
