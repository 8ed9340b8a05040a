"""Average pooling: the mean of each cell."""

import paddle.nn.functional as F

from ..base import Downsampler
from ..registry import register

__all__ = ["AvgPool"]


@register("avg_pool")
class AvgPool(Downsampler):
    """Mean of each scale x scale cell; no weights.

    Args:
        in_channels: C.
        out_channels: C.
        scale: cell side.
        data_format: "NCHW" or "NHWC".

    Call:
        x: float [N, C, H, W].

    Returns:
        [N, C, floor(H/scale), floor(W/scale)], dtype of x.

    Grid: output i is centred on input (i + 0.5) * scale - 0.5; an incomplete last cell
    is dropped. Its inverse is nearest upsampling; for scale 2 it equals bilinear
    resizing to one half.

    Cost: no parameters, additions only.

    Source: textbook.

    >>> import paddle
    >>> AvgPool(1)(paddle.to_tensor([[[[1.0, 5.0], [2.0, 4.0]]]]))[0].item()
    3.0
    """

    source = "textbook"
    data_formats = ("NCHW", "NHWC")

    def forward(self, x):
        return F.avg_pool2d(x, self.scale, data_format=self.data_format)
