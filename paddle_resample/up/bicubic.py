"""Bicubic upsampling: Keys' cubic convolution along rows and columns."""

from ..notes import Notes
from ..registry import register
from .bilinear import Bilinear

__all__ = ["Bicubic"]


@register("bicubic")
class Bicubic(Bilinear):
    """Cubic convolution of the 4x4 nearest pixels; no weights.

    Args:
        align_corners: the grid: False (default) centres the pixels, True puts the
            corner pixels on each other.

    Shape:
        x: [N, C, H, W].
        size: any (H', W'), default (H*scale, W*scale).
        y: [N, C, H', W'].

    Source:
        R. Keys, "Cubic convolution interpolation for digital image processing", IEEE
        TASSP 1981.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[0.0, 0.0, 1.0, 1.0]]]])
        >>> round(paddle_resample.Bicubic(1)(x).numpy().max().item(), 4)
        1.1055
    """

    source = "Keys, IEEE TASSP 1981"
    year = 1981
    data_formats = ("NCHW", "NHWC")
    mode = "bicubic"
    notes = Notes(
        grid="""
        As bilinear; samples outside repeat the border pixel. The kernel is Keys' with a
        = -0.75, as in PyTorch and OpenCV; it overshoots at edges.
        """,
        cost="16 multiply-accumulates per output value.",
    )
