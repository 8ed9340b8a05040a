"""Robust feature downsampling: what a cut, a strided convolution and a maximum keep,
fused by a 1x1 convolution."""

from __future__ import annotations

from paddle import Tensor

from ..base import Downsampler, Site
from ..blocks.rfd import DRFD, SRFD
from ..errors import UsageError
from ..notes import Notes
from ..ops.size import _pad_to_multiple
from ..registry import register

__all__ = ["RFD"]

_MODULES: dict[int, type[DRFD] | type[SRFD]] = {2: DRFD, 4: SRFD}


@register("rfd")
class RFD(Downsampler):
    """DRFD at scale 2, SRFD at scale 4: three kinds of downsampling, fused by a 1x1.

    Args:
        in_channels: C.
        out_channels: D, default C; at least 4 with scale 4.
        scale: 2 (DRFD, between stages) or 4 (SRFD, a stem), so that one spec serves
            all sites of a network.

    Shape:
        x: [N, C, H, W].
        y: [N, D, ceil(H/s), ceil(W/s)].

    Source:
        Lu et al., "A robust feature downsampling module for remote sensing visual
        tasks", IEEE TGRS 2023. The released modules refuse odd sizes, which are
        completed here, and an SRFD of other than a multiple of 4 channels.

    Example:
        >>> import paddle_resample
        >>> stem = paddle_resample.RFD(3, 96, scale=4)
        >>> stage = paddle_resample.RFD(96, 192)
        >>> [sum(p.size for p in m.parameters() if not p.stop_gradient)
        ...  for m in (stem, stage)]
        [62784, 189696]
    """

    source = "Lu et al., IEEE TGRS 2023"
    year = 2023
    scales = (2, 4)
    learned = True
    keeps_channels = False
    odd = "ceil"
    notes = Notes(
        formula="""
        cut(x) = BN(1x1(the four pixels of each cell)), wide = 3x3 convolution in groups
        of one input channel, half = 3x3 depthwise convolution of stride 2.

        DRFD: f = wide(x), y = 1x1([cut(x), BN(GELU(half(f))), BN(max 2x2(f))]).

        SRFD: i = 7x7(x) to D//4 channels, r = 1x1([BN(half(wide(i))), cut(i)]) to D//2,
        f = wide(r), y = 1x1([BN(half(f)), cut(r), BN(max 2x2(f))]); no activation.

        Where wide does not multiply the channels by an integer, which the released code
        refuses, its groups are as many as divide both.
        """,
        grid="""
        The last rows and columns are repeated where they do not fill a cell of s x s.
        Cut and maximum are centred in the cells of 2 x 2, strided convolutions on their
        first pixel; convolutions pad zeros.
        """,
        initialization="PyTorch's default.",
        cost="""
        Where wide multiplies channels by an integer, DRFD has 4*C*D + 3*D*D + 28*D
        parameters and 9*D multiply-accumulates per input pixel, 4*C*D + 9*D + 3*D*D per
        output pixel. SRFD, with q = D//4 and t = D//2: 49*C*q + q + 4*q*t + 2*t*t +
        4*t*D + 26*t + 3*D*D + 28*D parameters; 49*C*q + 9*t multiply-accumulates per
        input pixel, 4*q*t + 9*t + 2*t*t + 9*D per pixel of half the sides, 9*D + 4*t*D
        + 3*D*D per output pixel.
        """,
    )

    def __init__(
        self, in_channels: int, out_channels: int | None = None, *, scale: int = 2
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        if scale == 4 and self.out_channels < 4:
            raise UsageError(
                f"rfd: with scale 4 out_channels must be at least 4, not "
                f"{self.out_channels}"
            )
        self.block = _MODULES[scale](in_channels, self.out_channels)

    @staticmethod
    def official_name(name: str) -> str:
        """Our name of a released parameter."""
        return f"block.{name}"

    @classmethod
    def count(cls, site: Site) -> tuple[int, int]:
        sides = (site.scale * n for n in (site.coarse_height, site.coarse_width))
        return _MODULES[site.scale].count(site.in_channels, site.out_channels, *sides)

    def forward(self, x: Tensor) -> Tensor:
        return self.block(_pad_to_multiple(x, self.scale, "replicate"))
