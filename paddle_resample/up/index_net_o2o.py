"""IndexNet with a guide, one to one: every channel has its own index, predicted from
the same channel of the guide."""

from ..notes import Notes
from ..registry import register
from .index_net_m2o import IndexNetM2O

__all__ = ["IndexNetO2O"]


@register("index_net_o2o")
class IndexNetO2O(IndexNetM2O):
    """y = sigmoid(block(guide)) * nearest(x), channel by channel.

    Args:
        nonlinear: convolution, batch norm, ReLU6 and a 1x1 convolution in the block
            instead of one convolution, all depthwise.
        context: the block looks at 4x4 pixels, zero padded, instead of the cell alone.
        init: "torch", PyTorch's default, or "mobilenet", normal with variance 2 /
            (kernel area * outputs).

    Shape:
        as index_net_m2o.
        y: as index_net_m2o.

    Source:
        Lu et al., "Indices matter", ICCV 2019 (DepthwiseO2OIndexBlock in the released
        code). None of the published segmentation results is this block's.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.IndexNetO2O(256)
        >>> sum(p.size for p in layer.parameters())
        4096
    """

    block = "o2o"
    notes = Notes(
        grid="As index_net_m2o.",
        initialization="""
        As option init says: an index of about one half, so about half of nearest
        interpolation.
        """,
        cost="""
        With k 4 (context) or 2: 4*k*k*C parameters and multiply-accumulates per input
        pixel, nonlinear 4*(k*k + 3)*C parameters; 4*C more multiply-accumulates for the
        weighing.
        """,
    )
