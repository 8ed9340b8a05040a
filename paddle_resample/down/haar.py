"""Haar wavelet downsampling: the low band goes on, the details are kept aside."""

from __future__ import annotations

from typing import Any, Literal

from paddle import Tensor

from ..base import Downsampler, Site
from ..errors import UsageError
from ..notes import Notes
from ..ops.haar import _haar
from ..registry import register

__all__ = ["Haar"]


@register("haar")
class Haar(Downsampler):
    """Low band of the Haar transform, recording the three detail bands; no weights.

    Args:
        border: what completes an odd last row or column: "replicate" or "zeros".

    Shape:
        x: [N, C, H, W].
        y: [N, C, ceil(H/2), ceil(W/2)], twice the mean of each cell (the transform is
            orthonormal, so noise keeps its size); side `ops.HaarBands`, which
            haar_inverse takes.

    Source:
        Li and Shen, "WaveSNet: Wavelet integrated deep networks for image
        segmentation", arXiv 2005.14461, 2020, section 3; Mallat, TPAMI 1989
        (transform).

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> y, side = paddle_resample.Haar(1).record(x)
        >>> y.item(), side.size
        (5.0, [2, 2])
    """

    source = "Li and Shen, arXiv 2005.14461, 2020"
    year = 2020
    scales = (2,)
    gives_side = "haar_bands"
    odd = "ceil"
    notes = Notes(
        grid="Output i is centred on input 2 * i + 0.5.",
        cost="""
        No parameters, 16*C multiply-accumulates per output pixel as a convolution; done
        in additions here.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        border: Literal["replicate", "zeros"] = "replicate",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        if border not in ("replicate", "zeros"):
            raise UsageError(
                f"haar: border must be 'replicate' or 'zeros', not {border!r}"
            )
        self.border = border

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        return 0, 16 * site.in_channels * site.coarse_height * site.coarse_width

    def forward(self, x: Tensor, record: bool = False) -> Any:
        y, side = _haar(x, self.border)
        return (y, side) if record else y
