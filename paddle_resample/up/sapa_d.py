"""SAPA-D: similarity kernels over points that the coarse map predicts, instead of a
fixed window."""

from __future__ import annotations

from typing import Any

import paddle
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Normal

from ..arguments import divisors_near
from ..base import Site, whole_number
from ..blocks.conv import conv
from ..blocks.guided import GuidedUpsampler
from ..blocks.similarity import channel_norm
from ..errors import UsageError
from ..notes import Notes
from ..ops import nearest_grid, spatial_size
from ..ops.interpolate import _interpolate
from ..ops.shuffle import _pixel_shuffle
from ..ops.size import _fit
from ..ops.warp import _grid_sample
from ..registry import register

__all__ = ["SAPAD"]


@register("sapa_d")
class SAPAD(GuidedUpsampler):
    """Similarity-aware point affiliation with dynamic points.

    Args:
        points: n, points of an output pixel and group.
        groups: g, divides C.
        embedding: D, channels of query and key in each group.
        high_offset: whether every output pixel has points of its own (pixel shuffle);
            with False those of a coarse pixel share them.
        norm: "none" as released, "group" (32 groups) or "layer", of guide and x before
            their convolutions.
        bias: whether the three convolutions have biases.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'] with H' and W' less than s from s*H and s*W: cropped, or
            extended by its last row and column.
        size: default the guide's; y is fitted to it in the same way.
        y: [N, C, H', W'].

    Source:
        Liu et al., "On point affiliation in feature upsampling", arXiv 2307.08198,
        2023.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.SAPAD(256)
        >>> sum(p.size for p in layer.parameters())
        139808
    """

    source = "Liu et al., arXiv 2307.08198, 2023"
    year = 2023
    learned = True
    notes = Notes(
        formula="""
        For each of g groups of channels a 1x1 convolution of x predicts n points for
        every output pixel; w = softmax over the points of <Q(guide)[p], K(x)[point]>, y
        = sum of w * x[point].
        """,
        grid="""
        The points of output (i, j) are counted from coarse pixel (i // s, j // s) and
        sampled bilinearly; keys and values outside are zero, so a point outside scores
        0 and brings 0.
        """,
        initialization="""
        All weights N(0, 0.02), biases 0: the points lie close to the coarse pixel, near
        nearest interpolation.
        """,
        cost="""
        With P = 2*g*n*s*s (2*g*n without high_offset) (G + C + 2)*g*D + (C + 1)*P
        parameters; s*s*G*g*D + C*g*D + C*P + n*s*s*(5*g*D + 5*C) multiply-accumulates
        per coarse pixel, of which four in five of the last part are the bilinear
        sampling.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        points: int = 9,
        groups: int = 4,
        embedding: int = 32,
        high_offset: bool = True,
        norm: str = "none",
        bias: bool = True,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        self.points = whole_number(self.name, "points", points)
        self.groups = whole_number(self.name, "groups", groups)
        whole_number(self.name, "embedding", embedding)
        if in_channels % groups:
            raise UsageError(
                f"sapa_d: groups={groups} must divide in_channels={in_channels}; "
                f"{divisors_near(in_channels, groups)}"
            )
        self.high_offset = high_offset
        self.norm_y = channel_norm(self.name, norm, self.guide_channels)
        self.norm_x = channel_norm(self.name, norm, in_channels)
        offsets = 2 * groups * points * (scale * scale if high_offset else 1)
        init = Normal(0.0, 0.02)
        self.q = conv(self.guide_channels, groups * embedding, init=init, bias=bias)
        self.k = conv(in_channels, groups * embedding, init=init, bias=bias)
        self.offset = conv(in_channels, offsets, init=init, bias=bias)

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        points: int,
        groups: int,
        embedding: int,
        high_offset: bool,
        norm: str,
        bias: bool,
        **options: Any,
    ) -> tuple[int, int]:
        c, g, fine = site.in_channels, site.guide_channels, site.scale**2
        d, offsets = groups * embedding, 2 * groups * points
        offsets *= fine if high_offset else 1
        parameters = (g + c) * d + c * offsets + bias * (2 * d + offsets)
        macs = fine * g * d + c * (d + offsets) + 5 * points * fine * (d + c)
        return parameters + (norm != "none") * 2 * (g + c), macs * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        guide, fine = self._guide_at_scale(guide, x)
        values = self.norm_x(x)
        grids = self._grids(x, self.offset(values))
        query = self._split(self.q(self.norm_y(guide)))
        key = self._split(self.k(values))
        scores = [(query * _grid_sample(key, g)).sum(axis=1) for g in grids]
        weights = F.softmax(paddle.stack(scores, axis=1), axis=1).astype(x.dtype)
        parts, y = self._split(x), None
        for j, grid in enumerate(grids):
            part = _grid_sample(parts, grid) * weights[:, j].unsqueeze(1)
            y = part if y is None else y + part
        y = _channels(y, self.in_channels)
        return _fit(y, fine if size is None else size, self.scale)

    def _grids(self, x, offset):
        """Of every point, [N*g, H*s, W*s, 2], from the offsets of coarse pixels."""
        if self.high_offset:
            offset = _pixel_shuffle(offset, self.scale)
        else:
            offset = _interpolate(offset, scale=self.scale, mode="nearest")
        # Channels are ordered (group, point, axis), columns first.
        offset = paddle.concat([offset[:, 0::2], offset[:, 1::2]], axis=1)
        grid = nearest_grid(x, offset, self.scale, self.groups * self.points)
        height, width = (spatial_size(offset)[i] for i in (0, 1))
        grid = grid.reshape([-1, self.points, height, width, 2])
        return [grid[:, j] for j in range(self.points)]

    def _split(self, x):
        """[N, C, H, W] -> [N*g, C/g, H, W]."""
        return _channels(x, x.shape[1] // self.groups)


def _channels(x, channels):
    """Move channels to the batch, or back."""
    size = spatial_size(x)
    return x.reshape([-1, channels, size[0], size[1]])
