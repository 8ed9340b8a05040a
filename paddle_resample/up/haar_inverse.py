"""Inverse Haar transform: a coarse map and the recorded details make the fine one."""

from ..base import Upsampler
from ..errors import UsageError
from ..notes import Notes
from ..ops import fit, haar_inverse
from ..registry import register

__all__ = ["HaarInverse"]


@register("haar_inverse")
class HaarInverse(Upsampler):
    """Inverse of haar with its recorded detail bands; no weights.

    Args:
        in_channels: C, the channels of the transformed map.

    Shape:
        x: [N, C, h, w], in the place of the low band.
        side: what haar returned for the same shape; it also holds the exact size, so
            odd sizes come back exactly.
        size: less than 2 from that one: cropped, or extended by the last row and
            column.
        y: [N, C, H, W]. Given haar's own low band it is the map before, up to rounding.

    Source:
        Li and Shen, "WaveSNet: Wavelet integrated deep networks for image
        segmentation", arXiv 2005.14461, 2020, section 3.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> y, side = paddle_resample.Haar(1).record(x)
        >>> paddle_resample.HaarInverse(1)(y, side=side).numpy().tolist()
        [[[[1.0, 2.0], [3.0, 4.0]]]]
    """

    source = "Li and Shen, arXiv 2005.14461, 2020"
    year = 2020
    scales = (2,)
    needs_side = "haar_bands"
    notes = Notes(
        grid="Input i is centred on output 2 * i + 0.5.",
        cost="""
        No parameters, 16*C multiply-accumulates per input pixel as a transposed
        convolution; done in additions here.
        """,
    )

    @classmethod
    def count(cls, site, **options):
        return 0, 16 * site.in_channels * site.pixels

    def forward(self, x, guide=None, side=None, size=None):
        if side is None:
            raise UsageError("haar_inverse: called without side, haar's detail bands")
        return fit(haar_inverse(x, side), size, self.scale)
