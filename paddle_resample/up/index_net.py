"""Index-guided upsampling: each pixel fills its cell, weighed by the index map that an
indexed pooling recorded (IndexNet)."""

from __future__ import annotations

from typing import Any

import paddle
from paddle import Tensor

from ..arguments import check_side
from ..base import Site, Upsampler
from ..blocks.index_block import IndexMap, index_upsample
from ..errors import UsageError
from ..notes import Notes
from ..ops.size import _fit
from ..registry import register

__all__ = ["IndexNet"]


@register("index_net")
class IndexNet(Upsampler):
    """y = index * nearest(x), with the index of the partner index_pool; no weights.

    Args:
        in_channels: C, the channels of the pooled map.

    Shape:
        x: [N, C, h, w].
        side: what index_pool returned for a map of C channels; it also holds the exact
            size before pooling, so odd sizes come back.
        size: less than 2 from that one: cropped, or extended by the last row and
            column.
        y: [N, C, H, W]. The index is a sigmoid and not normalised: untrained, the
            result is about half of nearest interpolation.

    Source:
        Lu et al., "Indices matter: learning to index for deep image matting", ICCV
        2019. index_net_hin, index_net_o2o and index_net_m2o predict the index from a
        guide instead, as comparisons of upsamplers use IndexNet.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.ones([1, 4, 4, 6])
        >>> y, side = paddle_resample.IndexPool(4).record(x)
        >>> list(paddle_resample.IndexNet(4)(y, side=side).shape)
        [1, 4, 4, 6]
    """

    source = "Lu et al., ICCV 2019"
    year = 2019
    needs_side = "index_map"
    scales = (2,)
    notes = Notes(
        grid="a pixel fills its 2x2 cell; no border rule is needed.",
        cost="""
        4*C multiply-accumulates per input pixel; the index was predicted by the
        pooling.
        """,
    )

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        return 0, 4 * site.in_channels * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        check_side("index_net", side, IndexMap)
        recorded = side.index.shape
        if recorded[1] not in (1, x.shape[1]):
            raise UsageError(
                f"index_net: x has {x.shape[1]} channels but index_pool recorded an "
                f"index of {recorded[1]}; give the site the channels of the pooled map"
            )
        if paddle.in_dynamic_mode() and recorded[0] != x.shape[0]:
            raise UsageError(
                f"index_net: x has {x.shape[0]} samples but index_pool recorded an "
                f"index of {recorded[0]}"
            )
        y = index_upsample(x, side.index)
        return _fit(_fit(y, side.size, self.scale), size, self.scale)
