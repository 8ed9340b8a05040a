"""IndexNet with a guide, many to one: every channel has its own index, predicted from
all channels of the guide."""

from __future__ import annotations

from typing import Any

from paddle import Tensor

from ..base import Site
from ..blocks.guided import GuidedUpsampler
from ..blocks.index_block import count_index_block, index_block, index_upsample
from ..errors import UsageError
from ..notes import Notes
from ..ops.size import _fit
from ..registry import register

__all__ = ["IndexNetM2O"]


@register("index_net_m2o")
class IndexNetM2O(GuidedUpsampler):
    """y = sigmoid(block(guide)) * nearest(x), an index for each channel from all.

    Args:
        nonlinear: convolution, batch norm, ReLU6 and a 1x1 convolution in the block
            instead of one convolution.
        context: the block looks at 4x4 pixels, zero padded, instead of the cell alone.
        init: "torch", PyTorch's default, or "mobilenet", normal with variance 2 /
            (kernel area * outputs).

    Shape:
        x: [N, C, H, W].
        guide: [N, C, H', W'], less than 2 from (2*H, 2*W): its last row and column are
            cropped or repeated before the block, and the result is fitted to H', W'
            the same way.
        size: the guide's or None.
        y: [N, C, H', W']. Untrained, about half of nearest interpolation.

    Source:
        Lu et al., "Indices matter", ICCV 2019 (DepthwiseM2OIndexBlock in the released
        code). The published SegFormer and FPN results of "IndexNet" were trained with
        this block, linear and without context (1,048,576 parameters a site of 256
        channels); their table of cost shows index_net_hin's.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.IndexNetM2O(256)
        >>> sum(p.size for p in layer.parameters())
        1048576
    """

    source = "Lu et al., ICCV 2019"
    year = 2019
    learned = True
    guide_same_channels = True
    scales = (2,)
    block = "m2o"
    notes = Notes(
        grid="a pixel fills its 2x2 cell.",
        initialization="""
        As option init says: an index of about one half, so about half of nearest
        interpolation.
        """,
        cost="""
        With k 4 (context) or 2: 4*k*k*C*C parameters and multiply-accumulates per input
        pixel, nonlinear 4*(k*k*C*C + 2*C + C*C) parameters; 4*C more
        multiply-accumulates for the weighing.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        nonlinear: bool = False,
        context: bool = False,
        init: str = "torch",
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        if self.guide_same_channels and self.guide_channels != in_channels:
            raise UsageError(
                f"{self.name}: the guide must have the {in_channels} channels of the "
                f"upsampled map, not {guide_channels}"
            )
        self.index = index_block(
            self.name, self.block, self.guide_channels, nonlinear, context, init
        )

    @classmethod
    def count(
        cls, site: Site, *, nonlinear: bool, context: bool, **options: Any
    ) -> tuple[int, int]:
        g = site.guide_channels
        parameters, macs = count_index_block(cls.block, g, nonlinear, context)
        return parameters, (macs + 4 * site.in_channels) * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        fine = self._guide_size(guide, size)
        cells, _ = self._guide_at_scale(guide, x)
        return _fit(index_upsample(x, self.index(cells)[1]), fine, slack=2)
