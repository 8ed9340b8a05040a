"""FLC pooling: the high frequencies are cut off in the Fourier domain, so that nothing
can alias."""

from __future__ import annotations

from typing import Literal

from paddle import Tensor

from ..arguments import check_choice
from ..base import Downsampler, Site
from ..errors import UsageError
from ..notes import Notes
from ..ops.spectral_pool import CUTS, spectral_macs, spectral_pool
from ..registry import register

__all__ = ["FLC"]


@register("flc")
class FLC(Downsampler):
    """Frequency low cut: the lowest frequencies of x on a coarser grid; no weights.

    Args:
        cut: "centred" keeps as many frequencies below zero as above; "released" what
            the released code keeps, for s = 2, see Source.

    Shape:
        x: [N, C, H, W].
        y: [N, C, ceil(H/s), ceil(W/s)]; with "released" 3*H//4 - H//4 rows, and columns
            alike.

    Source:
        Grabinski et al., "FrequencyLowCut pooling: Plug & play against catastrophic
        overfitting", ECCV 2022, and released code. Both cuts are the same where 4
        divides the sides. The released code cuts sides of 5, 9, 13 ... to 2, 4, 6; for
        6, 10, 14 ... it puts the zero frequency back one too far, so that a constant
        becomes a wave. Other scales than 2 are ours.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[1.0, 1.0, 3.0, 3.0]]]])
        >>> paddle_resample.FLC(1)(x).numpy().ravel().round(3).tolist()
        [1.5, 2.5]
    """

    source = "Grabinski et al., ECCV 2022"
    year = 2022
    odd = "ceil"
    notes = Notes(
        formula="""
        y = Re(IFFT(cut(FFT(x)))), scaled so that the mean stays, computed as one
        product with a matrix along each axis.
        """,
        grid="""
        Output i is centred on input i * H / h, which is i * s where s divides H. The
        map is taken as periodic: the left border sees the right one, and an edge
        rings (Gibbs).
        """,
        cost="""
        No parameters; w*(W + h) multiply-accumulates for each channel and input row,
        with h x w the output: it grows with the side, as no other pooling does.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        cut: Literal["centred", "released"] = "centred",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        check_choice(self.name, "cut", cut, CUTS)
        if cut == "released" and scale != 2:
            raise UsageError(f"flc: cut 'released' halves, it has no scale {scale}")
        self.cut = cut

    @classmethod
    def count(cls, site: Site, *, cut: str) -> tuple[int, int]:
        macs = spectral_macs(site.height, site.width, site.scale, cut, "none")
        return 0, site.in_channels * macs

    def forward(self, x: Tensor) -> Tensor:
        return spectral_pool(x, self.scale, cut=self.cut, owner=self.name)
