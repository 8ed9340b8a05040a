"""ReSFU: similarity-guided upsampling whose scores are learned differences, made of a
fine feature filtered to look like the coarse one."""

from __future__ import annotations

import math

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Normal

from ..arguments import check_positive
from ..base import Site, whole_number
from ..blocks.conv import conv
from ..blocks.guided import GuidedUpsampler
from ..blocks.local_linear import box_mean, local_linear
from ..errors import UsageError
from ..notes import Notes
from ..ops import spatial_size
from ..ops.interpolate import _interpolate
from ..ops.reassemble import _reassemble
from ..ops.size import _fit
from ..registry import register

__all__ = ["ReSFU"]

_SMALL = Normal(0.0, 0.02)  # of the 1x1 convolutions


@register("resfu")
class ReSFU(GuidedUpsampler):
    """Weighted sum of sub-pixel neighbours of x, steered by the guide (ReSFU).

    Args:
        scale: s, integer from 1; large ratios are meant to be done at once.
        embedding: D, channels of q and k.
        mid_channels: M of each PCDC.
        kernel_size: n, side of the window, odd.
        groups: of the difference convolution; divides D and M.
        norm_groups: of the group norms inside PCDC; divides D and M.
        radius: of the guided filter in fine pixels; it works on every second pixel.
        epsilon: of the guided filter, which keeps flat regions flat.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'], less than s pixels a side from (H*s, W*s).
        size: default the guide's.
        y: [N, C, H', W'].

    Source:
        Zhou et al., "A refreshed similarity-based upsampler for direct high-ratio
        feature upsampling", arXiv 2407.02283, 2024; order of layers and initialization
        as in the released code. Left out: its multiplier of PCDC's gradients, 1 by
        default and 500 in its configurations, which belongs to the optimiser.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.ReSFU(256)
        >>> sum(p.size for p in layer.parameters())
        47570
    """

    source = "Zhou et al., arXiv 2407.02283, 2024"
    year = 2024
    learned = True
    notes = Notes(
        formula="""
        q = 1x1(GN guide), k = bilinear(1x1(GN x)); q_gf = guided filter of k by q, q_gs
        = 3x3 Gaussian of q; scores = PCDC(q_gf - k) + PCDC(q - q_gs), where PCDC
        compares a pixel with its neighbours s fine pixels away by a learned 3x3
        difference convolution, then mixes its results; y = softmax-weighted sum of
        bilinear(x) at those neighbours.
        """,
        grid="""
        Corners not aligned; the neighbours of a fine pixel lie around its own location
        in the coarse map plus whole coarse pixels. Neighbours outside get no weight,
        the others share it: a constant stays constant up to the border. A guide that is
        not exactly s times x is cropped or extended first (`ops.fit_guide`), and the
        result is fitted back.
        """,
        initialization="""
        1x1 convolutions N(0, 0.02), difference convolutions He normal by fan-out,
        biases 0.
        """,
        cost="""
        2*(C + G) + (C + G + 2)*D + 2*P parameters with P = 2*D + n*n*M*D/groups + M +
        M*M/groups + M + 2*M + n*n*(M + 1); C*D multiply-accumulates per input pixel and
        G*D + 2*((n*n + 1)*M*D/groups + M*M/groups + n*n*M) + (9 + 4 + 8)*D + (n*n +
        4)*C per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        embedding: int = 32,
        mid_channels: int = 128,
        kernel_size: int = 3,
        groups: int = 4,
        norm_groups: int = 8,
        radius: int = 8,
        epsilon: float = 0.001,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        for key, value in (
            ("embedding", embedding),
            ("mid_channels", mid_channels),
            ("groups", groups),
            ("norm_groups", norm_groups),
            ("radius", radius),
        ):
            whole_number(self.name, key, value)
        self.kernel_size = whole_number(self.name, "kernel_size", kernel_size, odd=True)
        check_positive(self.name, epsilon=epsilon)
        for key, value in (("groups", groups), ("norm_groups", norm_groups)):
            if embedding % value or mid_channels % value:
                raise UsageError(
                    f"resfu: {key}={value} must divide embedding={embedding} and "
                    f"mid_channels={mid_channels}"
                )
        self.radius, self.epsilon = radius, epsilon
        self.norm_x = _group_norm(in_channels)
        self.norm_y = _group_norm(self.guide_channels)
        self.q = conv(self.guide_channels, embedding, init=_SMALL)
        self.k = conv(in_channels, embedding, init=_SMALL)
        inside = (embedding, mid_channels, kernel_size, scale, groups, norm_groups)
        self.semantic_scores = _DifferenceScores(*inside)
        self.detail_scores = _DifferenceScores(*inside)

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        embedding: int,
        mid_channels: int,
        kernel_size: int,
        groups: int,
        norm_groups: int,
        radius: int,
        epsilon: float,
    ) -> tuple[int, int]:
        c, g, d, mid = site.in_channels, site.guide_channels, embedding, mid_channels
        taps = kernel_size**2
        weights = taps * mid * d // groups + mid * mid // groups + taps * mid
        pcdc = 2 * d + weights + mid + mid + 2 * mid + taps
        parameters = 2 * (c + g) + (c + g + 2) * d + 2 * pcdc
        fine = g * d + 2 * (weights + mid * d // groups) + 21 * d + (taps + 4) * c
        return parameters, (c * d + site.scale**2 * fine) * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        guide, own = self._guide_at_scale(guide, x)
        query = self.q(self.norm_y(guide))
        fine = spatial_size(query)
        key = _interpolate(self.k(self.norm_x(x)), size=fine, mode="bilinear")
        like_key = _guided_filter(query, key, self.radius, self.epsilon)
        scores = self.semantic_scores(key, like_key)
        scores = scores + self.detail_scores(_gaussian(query), query)
        # A neighbour one coarse pixel away is s pixels away in the interpolated map.
        y = _reassemble(
            _interpolate(x, size=fine, mode="bilinear"),
            scores,
            self.kernel_size,
            1,
            dilation=self.scale,
            border="renormalise",
            softmax=True,
        )
        return _fit(y, own if size is None else size, self.scale)


class _DifferenceScores(nn.Layer):
    """Paired central difference convolution (PCDC) and the mixture of its results.

    Call: centre, around [N, D, H, W] -> scores [N, k*k, H, W] of each pixel of centre
    against its neighbours in around.
    """

    def __init__(self, embedding, mid, kernel_size, dilation, groups, norm_groups):
        super().__init__()
        self.dilation, self.groups = dilation, groups
        self.reach = dilation * (kernel_size // 2)
        self.norm = nn.GroupNorm(norm_groups, embedding)
        self.weight = self.create_parameter(
            [mid, embedding // groups, kernel_size, kernel_size],
            default_initializer=Normal(0.0, math.sqrt(2 / (mid * kernel_size**2))),
        )
        self.bias = self.create_parameter([1, mid, 1, 1], is_bias=True)
        self.channel_compressor = nn.Sequential(
            nn.ReLU(),
            conv(mid, mid, init=_SMALL, groups=groups),
            nn.ReLU(),
            nn.GroupNorm(norm_groups, mid),
            conv(mid, kernel_size**2, init=_SMALL),
        )

    def forward(self, centre, around):
        r = self.reach
        around = self.norm(around)
        if r:
            around = F.pad(around, [r, r, r, r], "replicate")
        around = F.conv2d(
            around, self.weight, dilation=self.dilation, groups=self.groups
        )
        total = self.weight.sum(axis=[2, 3], keepdim=True)
        centre = F.conv2d(self.norm(centre), total, groups=self.groups)
        return self.channel_compressor(around - centre + self.bias)


def _guided_filter(guide, x, radius, epsilon):
    """The local linear function of guide that is nearest to x (He et al., TPAMI 2013),
    fitted on every second pixel."""
    radius = radius // 2
    slope, level = local_linear(
        guide[:, :, ::2, ::2], x[:, :, ::2, ::2], radius, epsilon
    )
    size = spatial_size(guide)
    slope = _interpolate(box_mean(slope, radius), size=size, mode="bilinear")
    level = _interpolate(box_mean(level, radius), size=size, mode="bilinear")
    return slope * guide + level


def _gaussian(x):
    """3x3 Gaussian of standard deviation 1, borders replicated."""
    side = math.exp(-0.5)
    for _ in range(2):  # one axis, then the other
        wide = F.pad(x, [0, 0, 1, 1], "replicate")
        x = (side * (wide[:, :, :-2] + wide[:, :, 2:]) + x) / (1 + 2 * side)
        x = paddle.transpose(x, [0, 1, 3, 2])
    return x


def _group_norm(channels):
    groups = channels if channels < 32 else math.gcd(channels, 32)
    return nn.GroupNorm(groups, channels)
