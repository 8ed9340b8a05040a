"""Local attender: the fine map chooses, by a softmax, among a few coarse neighbours."""

from __future__ import annotations

from typing import Any

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..base import Site
from ..blocks.conv import conv
from ..blocks.guided import GuidedUpsampler
from ..errors import UsageError
from ..notes import Notes
from ..ops.reassemble import _reassemble
from ..ops.size import _fit
from ..registry import register

__all__ = ["LocalAttender"]

# Rows and columns of the neighbours, counted from the coarse pixel.
_CROSS = {(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)}
_SQUARE = {(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)}
_STAR = _SQUARE | {(-2, 0), (2, 0), (0, -2), (0, 2)}
_CORNERS = {(-2, -2), (-2, 2), (2, -2), (2, 2)}
_NEIGHBOURS = {
    5: _CROSS,
    9: _SQUARE,
    13: _STAR,
    17: _STAR | _CORNERS,
    25: {(row, column) for row in range(-2, 3) for column in range(-2, 3)},
}


@register("local_attender")
class LocalAttender(GuidedUpsampler):
    """Weighted mean of a few coarse neighbours, weights from the guide (UPLiFT).

    Args:
        neighbours: n, 5 (a plus), 9 (3x3), 13, 17 (9 and eight two pixels away, in the
            released models) or 25 (5x5).
        residual: whether the first channels of the guide are added to the logits.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'], less than s pixels a side from (H*s, W*s).
        size: default the guide's.
        y: [N, C, H', W'].

    Source:
        Walmer et al., "UPLiFT: Efficient pixel-dense feature upsampling with local
        attenders", CVPR 2026, arXiv 2601.17950: the attender alone, without the image
        encoder and decoder that make its guide.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.LocalAttender(256, guide_channels=64)
        >>> sum(p.size for p in layer.parameters())
        325
    """

    source = "Walmer et al., CVPR 2026"
    year = 2026
    learned = True
    notes = Notes(
        formula="""
        w = softmax over the neighbours of (1x1(guide) + guide), y = sum of w * x at
        them. With residual the min(n, G) first channels of the guide are added.
        """,
        grid="""
        Output (i, j) belongs to coarse pixel (i // s, j // s), whose neighbours are
        counted in coarse pixels; outside, the border pixel is repeated, so a constant
        stays constant. A guide that is not exactly s times x is cropped or extended
        first, and the result is fitted back.
        """,
        initialization="""
        PyTorch's default: the weights depend on the guide from the beginning; always a
        convex combination of coarse neighbours.
        """,
        cost="n*(G + 1) parameters; n*(G + C) multiply-accumulates per output pixel.",
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        neighbours: int = 5,
        residual: bool = True,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        if neighbours not in _NEIGHBOURS:
            raise UsageError(
                f"local_attender: neighbours must be 5, 9, 13, 17 or 25, not "
                f"{neighbours!r}"
            )
        self.neighbours, self.residual = neighbours, residual
        self.conv1 = conv(self.guide_channels, neighbours)

    @classmethod
    def count(cls, site: Site, *, neighbours: int, **options: Any) -> tuple[int, int]:
        g, fine = site.guide_channels, site.scale**2 * site.pixels
        return neighbours * (g + 1), neighbours * (g + site.in_channels) * fine

    def weights(self, guide: Tensor) -> Tensor:
        """Of every neighbour, row by row, [N, n, H', W']; they sum to 1."""
        logits, n = self.conv1(guide), self.neighbours
        if self.residual:
            extra = guide[:, :n]
            if self.guide_channels < n:
                extra = paddle.concat(
                    [extra, paddle.zeros_like(logits[:, self.guide_channels :])], axis=1
                )
            logits = logits + extra
        return F.softmax(logits, axis=1)

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        guide, fine = self._guide_at_scale(guide, x)
        radius = 1 if self.neighbours <= 9 else 2
        kernels = _in_window(self.weights(guide), self.neighbours, radius)
        y = _reassemble(x, kernels, 2 * radius + 1, self.scale, border="replicate")
        return _fit(y, fine if size is None else size, self.scale)


def _in_window(weights, neighbours, radius):
    """[N, n, H, W] -> [N, k*k, H, W], zero where the window has no neighbour."""
    channels = {offset: n for n, offset in enumerate(sorted(_NEIGHBOURS[neighbours]))}
    steps = range(-radius, radius + 1)
    window = [channels.get((row, column)) for row in steps for column in steps]
    if None not in window:
        return weights
    zero = paddle.zeros_like(weights[:, :1])
    parts = [zero if n is None else weights[:, n : n + 1] for n in window]
    return paddle.concat(parts, axis=1)
