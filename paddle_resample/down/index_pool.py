"""Indexed pooling: a small network predicts how much each pixel of a cell counts, and
leaves its index to the upsampler (IndexNet)."""

from __future__ import annotations

from typing import Any, Literal

import paddle.nn.functional as F
from paddle import Tensor

from ..base import Downsampler, Site
from ..blocks.index_block import (
    IndexMap,
    count_index_block,
    crop_to_cells,
    index_block,
)
from ..notes import Notes
from ..ops import spatial_size
from ..registry import register

__all__ = ["IndexPool"]


@register("index_pool")
class IndexPool(Downsampler):
    """Weighted mean of each 2x2 cell, with weights predicted from x.

    Args:
        block: "m2o" (an index a channel, from all channels), "o2o" (an index a channel,
            from that channel) or "holistic" (one index for all).
        nonlinear: convolution, batch norm, ReLU6 and a 1x1 convolution in the block
            instead of one convolution.
        context: the block looks at 4x4 pixels, zero padded, instead of the cell alone.
        init: "mobilenet", normal with variance 2 / (kernel area * outputs), or "torch",
            PyTorch's default.

    Shape:
        x: [N, C, H, W].
        y: [N, C, floor(H/2), floor(W/2)]; side `blocks.index_block.IndexMap` with d,
            which index_net takes.

    Source:
        Lu et al., "Indices matter: learning to index for deep image matting", ICCV
        2019; the defaults are the released matting network's. Its index is a softmax of
        the sigmoid, so no weight exceeds e / (e + 3) = 0.48, far from max pooling.

    Example:
        >>> import paddle, paddle_resample
        >>> y, side = paddle_resample.IndexPool(4).record(paddle.ones([1, 4, 4, 6]))
        >>> round(float(y.mean()), 4), list(side.index.shape)
        (1.0, [1, 4, 4, 6])
    """

    source = "Lu et al., ICCV 2019"
    year = 2019
    learned = True
    gives_side = "index_map"
    scales = (2,)
    notes = Notes(
        formula="""
        Decoder index d = sigmoid(block(x)), encoder index e = softmax of d within the
        cell; y = 4 * average of e * x, the sum over the cell.
        """,
        grid="""
        Cells of two rows and two columns; an odd last one is dropped before anything is
        predicted.
        """,
        initialization="As option init says: near the mean of each cell.",
        cost="""
        With k 4 (context) or 2, per branch k*k*C*C (m2o), k*k*C (o2o) weights, four
        branches; nonlinear adds 2*C + C*C (m2o) or 3*C to each; holistic 4*k*k*C,
        nonlinear 2*k*k*C*C + 12*C. Multiply-accumulates per output pixel: the weights
        without those of the norm, and 4*C for the mean.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        block: Literal["m2o", "o2o", "holistic"] = "m2o",
        nonlinear: bool = True,
        context: bool = True,
        init: Literal["mobilenet", "torch"] = "mobilenet",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        self.index = index_block(
            self.name, block, in_channels, nonlinear, context, init
        )

    @classmethod
    def count(
        cls, site: Site, *, block: str, nonlinear: bool, context: bool, **options: Any
    ) -> tuple[int, int]:
        c = site.in_channels
        parameters, macs = count_index_block(block, c, nonlinear, context)
        pixels = (site.height // 2) * (site.width // 2)
        return parameters, (macs + 4 * c) * pixels

    def forward(self, x: Tensor, record: bool = False) -> Any:
        size = spatial_size(x)
        x = crop_to_cells(x)
        encoder, decoder = self.index(x)
        y = F.avg_pool2d(x * encoder, 2) * 4
        return (y, IndexMap(decoder, size)) if record else y
