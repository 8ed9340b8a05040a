"""A2U: reassembly kernels from the affinity of the guide's channels, a second-order
feature of the guide."""

from __future__ import annotations

import math
from typing import Any

import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import divisors_near
from ..base import Site, whole_number
from ..blocks.conv import conv
from ..blocks.guided import GuidedUpsampler
from ..errors import UsageError
from ..notes import Notes
from ..ops import check_border
from ..ops.dynamic_conv import _dynamic_conv
from ..ops.interpolate import _interpolate
from ..ops.reassemble import _reassemble
from ..ops.shuffle import _pixel_shuffle
from ..ops.size import _fit
from ..ops.window import softmax_windows
from ..registry import register

__all__ = ["A2U"]


@register("a2u")
class A2U(GuidedUpsampler):
    """Affinity-aware upsampling.

    Args:
        kernel_size: k of the reassembly, odd; with 1 there is a sigmoid only.
        encoder_kernel: k_e of the dynamic kernels.
        share: whether all channels share one pair of kernels u, v; with False every
            channel has its own pair.
        groups: g, groups of x's channels with weights of their own; divides C.
        border: of the reassembly: "zero" as published, "replicate" or "renormalise",
            see `carafe`.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'] with H' and W' less than 2 from 2*H and 2*W: cropped, or
            extended by its last row and column.
        size: default the guide's; y is fitted to it in the same way.
        y: [N, C, H', W'].

    Source:
        Dai et al., "Learning affinity-aware upsampling for deep image matting", CVPR
        2021. The released module also predicts kernels for downsampling (bconv_DP),
        which upsampling does not use and which is left out here; and with more than one
        group it normalises over another order of channels than it reads, so that
        windows do not sum to 1, which is corrected here.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.A2U(256)
        >>> sum(p.size for p in layer.parameters())
        10790
    """

    source = "Dai et al., CVPR 2021"
    year = 2021
    scales = (2,)
    learned = True
    notes = Notes(
        formula="""
        Two k_e x k_e kernels u and v, predicted from the pooled guide of each image,
        are convolved with the guide at stride 2; a = <f(u * guide), f(v * guide)> /
        sqrt(G), with f = LeakyReLU(GroupNorm), is one number for each coarse pixel. It
        scales 4*k*k numbers p of the image, which become weights by pixel shuffle,
        sigmoid and softmax; y = reassemble(x, weights).
        """,
        grid="""
        Output (i, j) belongs to coarse pixel (i // 2, j // 2), the middle of its
        window. The dynamic kernels' windows begin (k_e - 1) // 2 before pixel (2*i,
        2*j) of the guide; zeros outside. The sigmoid keeps every weight of k = 3
        between 0.044 and 0.254, so that the result is always blurred.
        """,
        initialization="""
        Convolutions as PyTorch's default; weights almost 1/(k*k), nearest interpolation
        of the k x k box mean.
        """,
        cost="""
        (4*k*k*g + 6)*G + 4*k*k*g + 2 parameters (share); 2*k_e*k_e*G + G + 4*k*k*g +
        4*k*k*C multiply-accumulates per coarse pixel, and those of the 1x1 convolutions
        once for an image. The norms have 32 groups as published, or the greatest common
        divisor of 32 and G.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        kernel_size: int = 3,
        encoder_kernel: int = 6,
        share: bool = True,
        groups: int = 1,
        border: str = "zero",
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        g = self.guide_channels
        self.kernel_size = whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "encoder_kernel", encoder_kernel)
        self.groups = whole_number(self.name, "groups", groups)
        self.border = check_border(self.name, border)
        if kernel_size == 1 and border == "renormalise":
            raise UsageError(
                "a2u: border='renormalise' needs kernel_size above 1, for a window of "
                "one pixel has no softmax"
            )
        if in_channels % groups:
            raise UsageError(
                f"a2u: groups={groups} must divide in_channels={in_channels}; "
                f"{divisors_near(in_channels, groups)}"
            )
        pairs = 1 if share else g
        self.bnu = _norm(g)
        self.bnv = _norm(g)
        self.bconv_UP = _pooled_conv(g, scale**2 * kernel_size**2 * groups, 1)
        self.bconv_U = _pooled_conv(g, pairs, encoder_kernel)
        self.bconv_V = _pooled_conv(g, pairs, encoder_kernel)

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        kernel_size: int,
        encoder_kernel: int,
        share: bool,
        groups: int,
        **options: Any,
    ) -> tuple[int, int]:
        c, g, taps = site.in_channels, site.guide_channels, kernel_size**2
        pairs = 1 if share else g
        weights = site.scale**2 * taps * groups
        window = encoder_kernel**2
        parameters = 4 * g + (2 * pairs + weights) * (g + 1)
        macs = 2 * window * g + g + weights + site.scale**2 * taps * c
        once = 2 * window * g * pairs + weights * g
        return parameters, macs * site.pixels + once

    def affinity(self, guide: Tensor) -> Tensor:
        """a of every coarse pixel, [N, 1, H, W], from the guide [N, G, 2*H, 2*W]."""
        u = self.bnu(_dynamic_conv(guide, self.bconv_U(guide), stride=2))
        v = self.bnv(_dynamic_conv(guide, self.bconv_V(guide), stride=2))
        return (u * v).sum(axis=1, keepdim=True) / math.sqrt(self.guide_channels)

    def gated(self, guide: Tensor) -> Tensor:
        """The weights before their softmax, which k = 1 does without: numbers from 0 to
        1, [N, g*k*k, 2*H, 2*W]."""
        logits = self.affinity(guide) * self.bconv_UP(guide)
        return F.sigmoid(_pixel_shuffle(logits, self.scale))

    def kernels(self, x: Tensor, guide: Tensor) -> Tensor:
        """The weights of every output pixel, [N, g*k*k, 2*H, 2*W], windows sum to 1 for
        k above 1."""
        gated = self.gated(guide)
        if self.kernel_size == 1:
            return gated
        return softmax_windows(gated, self.kernel_size, self.groups)

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        guide, fine = self._guide_at_scale(guide, x)
        y = _reassemble(
            x,
            self.gated(guide),
            self.kernel_size,
            self.scale,
            self.groups,
            border=self.border,
            softmax=self.kernel_size > 1,
        )
        return _fit(y, fine if size is None else size, self.scale)


def _norm(channels):
    groups = math.gcd(32, channels)
    return nn.Sequential(nn.GroupNorm(groups, channels), nn.LeakyReLU(0.01))


class _Means(nn.Layer):
    """[N, C, H, W] -> [N, C, size, size], adaptive average pooling."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def forward(self, x):
        return _interpolate(x, size=[self.size, self.size], mode="area")


def _pooled_conv(in_channels, out_channels, size):
    """[N, C, H, W] -> [N, D, size, size]."""
    return nn.Sequential(_Means(size), conv(in_channels, out_channels))
