"""DySample: each fine pixel is one bilinear sample of the coarse map, at a location
that a 1x1 convolution of the map itself predicts."""

from __future__ import annotations

import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Constant, Normal

from ..arguments import check_choice, divisors_near
from ..base import Site, Upsampler, whole_number
from ..blocks.conv import conv
from ..errors import UsageError
from ..initialise import set_weight
from ..notes import Notes
from ..ops.offset_warp import _offset_warp
from ..ops.shuffle import _pixel_shuffle
from ..ops.size import _fit
from ..registry import register

__all__ = ["DySample"]

_STYLES = ("lp", "pl")


@register("dysample")
class DySample(Upsampler):
    """Sample x at the location of each fine pixel plus a learned offset, group by
    group.

    Args:
        style: "lp" (linear, then shuffle) or "pl" (shuffle, then linear).
        groups: g, groups of neighbouring channels with offsets of their own; divides C.
            The paper takes 4 with lp and 8 with pl.
        dyscope: whether the reach of the offsets is learned per pixel (the paper's "+"
            variants: DySample+ is lp, DySample-S+ is pl).

    Shape:
        x: [N, C, H, W].
        y: [N, C, H', W'].

    Source:
        Liu et al., "Learning to upsample by learning to sample", ICCV 2023, section 3;
        scope without bias as in the released code since 2024.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.DySample(256, style="pl", groups=8)
        >>> sum(p.size for p in layer.parameters())
        1040
    """

    source = "Liu et al., ICCV 2023"
    year = 2023
    learned = True
    starts = ("bilinear",)
    notes = Notes(
        formula="""
        Style lp: offset = pixel_shuffle(0.25 * 1x1(x)). Style pl: offset = 0.25 *
        1x1(pixel_shuffle(x)), with s**4 times fewer weights. With dyscope the factor
        0.25 becomes 0.5 * sigmoid(scope), scope a second 1x1 convolution without bias.
        """,
        grid="""
        Corners not aligned; locations outside are clipped to the border. Offsets are in
        pixels of x; channels of the offset are (columns or rows, group), of the lp
        convolution (columns or rows, group, row and column in the cell). Zero offset is
        bilinear interpolation. Under AMP coordinates stay float32.
        """,
        initialization="""
        Weights N(0, 0.001), biases and scope 0: almost zero offset, which is bilinear
        interpolation. Code that initialises convolutions anew after construction
        destroys that.
        """,
        cost="""
        Lp 2*g*s*s*(C + 1) parameters (+ 2*g*s*s*C with dyscope), pl 2*g*(C/(s*s) + 1)
        (+ 2*g*C/(s*s)); multiply-accumulates per input pixel 2*g*s*s*C for each lp
        convolution, 2*g*C for each pl one, and 4*s*s*C for sampling. Published tables
        count the weights without biases.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        style: str = "lp",
        groups: int = 4,
        dyscope: bool = False,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        check_choice(self.name, "style", style, _STYLES)
        self.groups = whole_number(self.name, "groups", groups)
        if in_channels % groups:
            raise UsageError(
                f"dysample: groups={groups} must divide in_channels={in_channels}; "
                f"{divisors_near(in_channels, groups)}"
            )
        if style == "pl" and in_channels % (scale * scale):
            raise UsageError(
                f"dysample: style 'pl' needs in_channels to be a multiple of "
                f"scale*scale={scale * scale}, not {in_channels}; use style 'lp'"
            )
        self.style = style
        read, predicted = _channels(in_channels, scale, style, groups)
        self.offset = conv(read, predicted, init=Normal(0.0, 0.001))
        self.scope = None
        if dyscope:
            self.scope = conv(read, predicted, init=Constant(0.0), bias=False)

    @classmethod
    def count(
        cls, site: Site, *, style: str, groups: int, dyscope: bool
    ) -> tuple[int, int]:
        read, predicted = _channels(site.in_channels, site.scale, style, groups)
        weights = read * predicted * (2 if dyscope else 1)
        area = site.scale**2
        macs = weights * (area if style == "pl" else 1) + 4 * area * site.in_channels
        return weights + predicted, macs * site.pixels

    def set_start(self, mode: str) -> bool:
        for layer in (self.offset, self.scope):  # zero offset
            if layer is not None:
                for parameter in layer.parameters():
                    set_weight(parameter, 0.0)
        return True

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        features = _pixel_shuffle(x, self.scale) if self.style == "pl" else x
        offset, reach = self.offset(features), 0.25
        if self.scope is not None:
            offset, reach = F.sigmoid(self.scope(features)) * offset, 0.5
        cell = self.scale if self.style == "lp" else 1
        y = _offset_warp(x, offset, self.groups, reach=reach, cell=cell)
        return _fit(y, size, self.scale)


def _channels(channels, scale, style, groups):
    """Channels of the offset convolution's input and result."""
    area = scale * scale
    if style == "pl":
        return channels // area, 2 * groups
    return channels, 2 * groups * area
