"""De-aliasing filter: an ideal low-pass at the coarse Nyquist frequency."""

from __future__ import annotations

from paddle import Tensor

from ..base import Downsampler, Site
from ..notes import Notes
from ..ops.low_pass import _low_pass, check_threshold
from ..registry import register

__all__ = ["DAF"]


@register("daf")
class DAF(Downsampler):
    """Remove every frequency above the threshold, keep every s-th pixel; no weights.

    Args:
        scale: s; with 1 and a threshold the published filter alone, which a strided
            layer follows.
        threshold: t, highest frequency kept in cycles per pixel, see `ops.low_pass`;
            default 1 / (2*s), the Nyquist frequency of the result: 0.25 at scale 2 as
            published.

    Shape:
        x: [N, C, H, W].
        y: [N, C, ceil(H/s), ceil(W/s)].

    Source:
        Chen et al., "When semantic segmentation meets frequency aliasing", ICLR 2024.
        The released class can also cut the spectrum itself; that is FLC pooling, with
        values 4 times too large for want of a factor, and is left out.

    Example:
        >>> import paddle, paddle_resample
        >>> stripes = paddle.to_tensor([[[[2.0, 4.0, 2.0, 4.0]] * 4]])
        >>> [round(v, 4) for v in paddle_resample.DAF(1)(stripes).flatten().tolist()]
        [3.0, 3.0, 3.0, 3.0]
    """

    source = "Chen et al., ICLR 2024"
    year = 2024
    odd = "ceil"
    notes = Notes(
        grid="""
        Output i is centred on input i * s. The map counts as periodic: what stands at
        one border reaches the other. Rounding keeps an uneven rectangle of the spectrum
        at some sides (of 6 pixels the frequencies -1 and 0 only), whose real part is
        taken; a threshold so small that no frequency is left at a side gives 0.
        """,
        cost="""
        No parameters. With h and w of the output, 2*(H*W*w + H*w*h)*C
        multiply-accumulates: two products with matrices of each axis, in place of
        Fourier transforms; half where all frequencies of an axis are kept in pairs.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        threshold: float | None = None,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        self.threshold = 0.5 / scale if threshold is None else threshold
        check_threshold(self.name, self.threshold)

    @classmethod
    def count(cls, site: Site, *, threshold: float | None) -> tuple[int, int]:
        width, height = site.coarse_width, site.coarse_height
        per_channel = 2 * site.height * width * (site.width + height)
        return 0, per_channel * site.in_channels

    def forward(self, x: Tensor) -> Tensor:
        return _low_pass(x, self.threshold, self.scale)
