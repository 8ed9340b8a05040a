"""IFA: a small network makes every fine pixel from the coarse feature under it and from
where the pixel lies in that feature's cell."""

from __future__ import annotations

from paddle import Tensor

from ..arguments import check_choice
from ..base import Site, Upsampler, whole_number
from ..blocks.implicit_alignment import AlignedFeatures, pointwise_network
from ..notes import Notes
from ..ops.size import scaled_size
from ..registry import register

__all__ = ["IFA"]

_LOCAL = ("none", "ensemble", "last")


@register("ifa")
class IFA(Upsampler):
    """Implicit feature alignment of one map: continuous coordinates, then 1x1 layers.

    Args:
        width: m; the layers have 2*m, m and m channels.
        sines: whether sines and cosines of the coordinates are added.
        frequencies: n, how many of each.
        learned_frequencies: whether the multiples in them are learned.
        unfold: whether the 3x3 neighbourhood is read in place of the pixel.
        local: "none" reads the nearest coarse pixel, "ensemble" the four around,
            weighted by area, "last" only the last of these, as the released code does.

    Shape:
        x: [N, C, H, W].
        size: any (H', W'), default (H*s, W*s).
        y: [N, D, H', W'].

    Source:
        Hu et al., "Learning implicit feature alignment function for semantic
        segmentation", ECCV 2022, section 3.3, for one level; the published head gives
        four levels to one network.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.IFA(8, 4, width=16, frequencies=6)
        >>> sum(p.size for p in layer.parameters() if not p.stop_gradient)
        2116
    """

    source = "Hu et al., ECCV 2022"
    year = 2022
    learned = True
    keeps_channels = False
    any_size = True
    notes = Notes(
        formula="""
        y(p) = network([code(p), x(q)]), q the coarse pixel under p; code: (row, column)
        of p from the centre of q, in half coarse pixels, then sin and cos of n
        multiples, from 1 to 64. Batch norm and ReLU after the first three layers.

        The released "local" mode overwrites what it should add, so that one of four
        queries counts, with a weight below one; option "last" does so.
        """,
        grid="""
        Corners not aligned; any ratio. No pixel outside is read, but with unfold, which
        pads with zeros.
        """,
        initialization="PyTorch's default: no interpolation.",
        cost="""
        With f = 2 + 4*n + C (9*C with unfold; n = 0 without sines): 2*f*m + 3*m*m +
        m*D + 4*m + D parameters, 8*m of batch norm, and 4*n of learned frequencies;
        2*f*m + 3*m*m + m*D multiply-accumulates per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        width: int = 256,
        sines: bool = True,
        frequencies: int = 6,
        learned_frequencies: bool = False,
        unfold: bool = False,
        local: str = "none",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        m = whole_number(self.name, "width", width)
        whole_number(self.name, "frequencies", frequencies)
        n = frequencies if sines else 0
        check_choice(self.name, "local", local, _LOCAL)
        self.pos = AlignedFeatures(n, learned_frequencies, unfold, local)
        read = 2 + 4 * n + in_channels * (9 if unfold else 1)
        self.imnet = pointwise_network(read, [2 * m, m, m], self.out_channels)

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        width: int,
        sines: bool,
        frequencies: int,
        learned_frequencies: bool,
        unfold: bool,
        local: str,
    ) -> tuple[int, int]:
        m, d, n = width, site.out_channels, frequencies if sines else 0
        read = 2 + 4 * n + site.in_channels * (9 if unfold else 1)
        weights = 2 * read * m + 3 * m * m + m * d
        learned = 4 * n * learned_frequencies
        fine = site.scale**2 * site.pixels
        return weights + 4 * m + d + 8 * m + learned, weights * fine

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        size = scaled_size(x, self.scale) if size is None else size
        y = self.imnet(self.pos(x, size))
        height, width = size[0], size[1]
        return y.reshape([0, self.out_channels, height, width])
