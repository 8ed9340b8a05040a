"""Average pooling: the mean of each cell."""

from __future__ import annotations

import paddle.nn.functional as F
from paddle import Tensor

from ..base import Downsampler
from ..notes import Notes
from ..registry import register

__all__ = ["AvgPool"]


@register("avg_pool")
class AvgPool(Downsampler):
    """Mean of each scale x scale cell; no weights.

    Shape:
        x: [N, C, H, W].
        y: [N, C, floor(H/scale), floor(W/scale)].

    Source:
        textbook.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[1.0, 5.0], [2.0, 4.0]]]])
        >>> paddle_resample.AvgPool(1)(x).item()
        3.0
    """

    source = "textbook"
    data_formats = ("NCHW", "NHWC")
    notes = Notes(
        grid="""
        Output i is centred on input (i + 0.5) * scale - 0.5; an incomplete last cell is
        dropped. Its inverse is nearest upsampling; for scale 2 it equals bilinear
        resizing to one half.
        """,
        cost="No parameters, additions only.",
    )

    def forward(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(x, self.scale, data_format=self.data_format)
