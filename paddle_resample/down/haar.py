"""Haar wavelet downsampling: the low band goes on, the details are kept aside."""

from ..base import Downsampler
from ..errors import UsageError
from ..ops import haar
from ..registry import register

__all__ = ["Haar"]


@register("haar")
class Haar(Downsampler):
    """Low band of the Haar transform, recording the three detail bands; no weights.

    Args:
        in_channels: C.
        out_channels: C.
        scale: 2.
        border: what completes an odd last row or column: "replicate" or "zeros".

    Call:
        x: float [N, C, H, W].

    Returns:
        (y, side): y [N, C, ceil(H/2), ceil(W/2)], dtype of x, twice the mean of each
        cell (the transform is orthonormal, so noise keeps its size); side
        `ops.HaarBands`, which haar_inverse takes.

    Grid: output i is centred on input 2 * i + 0.5.

    Cost: no parameters, 16*C multiply-accumulates per output pixel as a convolution;
    done in additions here.

    Source: Li and Shen, "WaveSNet: Wavelet integrated deep networks for image
    segmentation", arXiv 2005.14461, 2020, section 3; Mallat, TPAMI 1989 (transform).

    Raises:
        UsageError: unknown border.

    >>> import paddle
    >>> y, side = Haar(1).record(paddle.to_tensor([[[[1.0, 2.0], [3.0, 4.0]]]]))
    >>> y.item(), side.size
    (5.0, [2, 2])
    """

    source = "Li and Shen, arXiv 2005.14461, 2020"
    year = 2020
    scales = (2,)
    gives_side = "haar_bands"
    odd = "ceil"

    def __init__(self, in_channels, out_channels=None, *, scale=2, border="replicate"):
        super().__init__(in_channels, out_channels, scale=scale)
        if border not in ("replicate", "zeros"):
            raise UsageError(
                f"haar: border must be 'replicate' or 'zeros', not {border!r}"
            )
        self.border = border

    @classmethod
    def count(cls, site, **options):
        return 0, 16 * site.in_channels * site.coarse_height * site.coarse_width

    def forward(self, x, record=False):
        y, side = haar(x, self.border)
        return (y, side) if record else y
