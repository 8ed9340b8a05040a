"""Max unpooling: values return to the pixels where max pooling read them, zeros
elsewhere."""

from __future__ import annotations

from paddle import Tensor

from ..base import Upsampler
from ..notes import Notes
from ..ops import max_unpool
from ..ops.size import _fit
from ..registry import register

__all__ = ["MaxUnpool"]


@register("max_unpool")
class MaxUnpool(Upsampler):
    """Inverse of max_pool with its recorded indices; no weights.

    Args:
        in_channels: C, the channels of the pooled map.
        scale: of the partner max_pool.

    Shape:
        x: [N, C, h, w].
        side: what max_pool returned for the same shape; it also holds the exact size
            before pooling, so odd sizes come back exactly.
        size: less than `scale` from that one: cropped, or extended by the last row and
            column.
        y: [N, C, H, W]; (scale*scale - 1) of scale*scale pixels are zero, so
            convolutions should follow. With "NCDHW" [N, C, D, H, W] of x [N, C, d, h,
            w].

    Source:
        Badrinarayanan et al., "SegNet", TPAMI 2017.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[1.0, 5.0], [2.0, 3.0]]]])
        >>> y, side = paddle_resample.MaxPool(1).record(x)
        >>> paddle_resample.MaxUnpool(1)(y, side=side).numpy().tolist()
        [[[[0.0, 5.0], [0.0, 0.0]]]]
    """

    source = "Badrinarayanan et al., TPAMI 2017"
    year = 2017
    data_formats = ("NCHW", "NCDHW")
    needs_side = "pool_indices"
    notes = Notes(
        grid="Every value returns to the pixel it was read from.",
        cost="No arithmetic.",
    )

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        return _fit(max_unpool(x, side), size, self.scale, self.data_format)
