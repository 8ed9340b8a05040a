"""ASAP: the spectrum is damped by a Hamming window before its high frequencies are cut
off, so that edges do not ring."""

from __future__ import annotations

from typing import Literal

from paddle import Tensor

from ..arguments import check_choice
from ..base import Downsampler, Site
from ..errors import UsageError
from ..notes import Notes
from ..ops.spectral_pool import CUTS, PADDINGS, spectral_macs, spectral_pool
from ..registry import register

__all__ = ["ASAP"]


@register("asap")
class ASAP(Downsampler):
    """Aliasing and spectral artifact free pooling: flc behind a window; no weights.

    Args:
        cut: "centred", the window's maximum at the zero frequency and the cut as in
            flc; "released" what the released code does, for s = 2, see Source.
        padding: zeros around x, which the window then sees: "none", "one" (a row and a
            column at the end, as in the released ResNets) or "large" (about H more
            rows and W more columns; the middle of the result is kept).
        transposed: exchange rows and columns of the result, as the released class does
            unless told otherwise.

    Shape:
        x: [N, C, H, W].
        y: [N, C, ceil(H/s), ceil(W/s)]; with "released" of P rows, zeros included,
            3*P//4 - P//4, of which "large" keeps the middle half.

    Source:
        Grabinski, Keuper and Keuper, "Fix your downsampling ASAP! Be natively more
        robust via aliasing and spectral artifact free pooling", arXiv 2307.09804, 2023,
        and released code. That code's window has its maximum between two frequencies
        for even sides (a constant keeps 0.954 of its value at 8x8); its cut has the
        faults of flc's, and its default transposes. Other scales than 2 are ours.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[1.0, 1.0, 3.0, 3.0]]]], dtype="float64")
        >>> paddle_resample.ASAP(1)(x).numpy().ravel().round(3).tolist()
        [1.633, 2.367]
    """

    source = "Grabinski et al., arXiv 2307.09804, 2023"
    year = 2023
    odd = "ceil"
    notes = Notes(
        formula="""
        As flc, the spectrum multiplied by sqrt(g(u) * g(v)) before the cut, with
        g(u) = 0.54 + 0.46 * cos(pi * u / (H // 2)) for frequency u and g(v) alike.
        """,
        grid="""
        Output i is centred on input i * H / h, which is i * s where s divides H. The
        map is taken as periodic, with "one" and "large" together with its zeros, which
        then darken the border.
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
        padding: Literal["none", "one", "large"] = "none",
        transposed: bool = False,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        check_choice(self.name, "cut", cut, CUTS)
        check_choice(self.name, "padding", padding, PADDINGS)
        if cut == "released" and scale != 2:
            raise UsageError(f"asap: cut 'released' halves, it has no scale {scale}")
        self.cut, self.padding, self.transposed = cut, padding, transposed

    @classmethod
    def count(
        cls, site: Site, *, cut: str, padding: str, transposed: bool
    ) -> tuple[int, int]:
        sides = (site.height, site.width)
        height, width = sides[::-1] if transposed else sides
        macs = spectral_macs(height, width, site.scale, cut, padding)
        return 0, site.in_channels * macs

    def forward(self, x: Tensor) -> Tensor:
        if self.transposed:
            x = x.transpose([0, 1, 3, 2])
        cut, padding, owner = self.cut, self.padding, self.name
        return spectral_pool(x, self.scale, True, cut, padding, owner)
