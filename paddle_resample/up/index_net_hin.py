"""IndexNet with a guide, holistic: one index for all channels, predicted from all
channels of the guide."""

from __future__ import annotations

from ..notes import Notes
from ..registry import register
from .index_net_m2o import IndexNetM2O

__all__ = ["IndexNetHIN"]


@register("index_net_hin")
class IndexNetHIN(IndexNetM2O):
    """y = sigmoid(block(guide)) * nearest(x), the same index for every channel.

    Args:
        nonlinear: convolution to 2*G channels, batch norm, ReLU6 and a 1x1 convolution
            in the block instead of one convolution.
        context: the block looks at 4x4 pixels, zero padded, instead of the cell alone.
        init: "torch", PyTorch's default, or "mobilenet", normal with variance 2 /
            (kernel area * outputs).

    Shape:
        as index_net_m2o, with a guide of any number of channels.
        y: as index_net_m2o, with a guide of any number of channels.

    Source:
        Lu et al., "Indices matter", ICCV 2019 (HolisticIndexBlock in the released
        code). The cost that tables of upsamplers give for "IndexNet" (+12.6 M
        parameters, +30.65 G in SegFormer-B1) is this block's, nonlinear with context,
        the defaults here; their mIoU was trained with index_net_m2o, linear.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.IndexNetHIN(256)
        >>> sum(p.size for p in layer.parameters() if not p.stop_gradient)
        2100224
    """

    guide_same_channels = False
    block = "holistic"
    notes = Notes(
        grid="As index_net_m2o, with a guide of any number of channels.",
        initialization="""
        As option init says: an index of about one half, so about half of nearest
        interpolation.
        """,
        cost="""
        With k 4 (context) or 2: nonlinear 2*k*k*G*G + 12*G parameters, linear 4*k*k*G;
        as many multiply-accumulates per input pixel, less the norm's 4*G, and 4*C for
        the weighing.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        nonlinear: bool = True,
        context: bool = True,
        init: str = "torch",
    ):
        super().__init__(
            in_channels,
            out_channels,
            guide_channels=guide_channels,
            scale=scale,
            nonlinear=nonlinear,
            context=context,
            init=init,
        )
