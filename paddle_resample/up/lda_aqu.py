"""LDA-AQU: every fine pixel attends to a small window of locations around it, with
offsets that its own query predicts."""

from __future__ import annotations

import math
from typing import Any

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Constant, TruncatedNormal, XavierUniform

from ..arguments import check_choice, check_positive
from ..base import Site, Upsampler, whole_number
from ..blocks.conv import conv
from ..blocks.layer_norm import LayerNorm2D
from ..errors import UsageError
from ..notes import Notes
from ..ops import scaled_size, spatial_size
from ..ops.interpolate import _interpolate
from ..ops.warp import _flow_warp
from ..registry import register

__all__ = ["LDAAQU"]

_PADDINGS = ("zeros", "border")


@register("lda_aqu")
class LDAAQU(Upsampler):
    """Local deformable attention with queries interpolated from x (LDA-AQU).

    Args:
        reduction: queries and keys have D = C / reduction channels, rounded up to a
            multiple of groups and heads.
        heads: of the attention; divides C.
        groups: g, groups of channels with locations of their own; divides C.
        kernel_size: k, side of the window, odd.
        offset_kernel: k_o, side of the convolution that predicts offsets, odd.
        reach: largest offset of a location, in output pixels.
        padding: "zeros" (published; locations outside count as zero but keep their
            share of the softmax, so that borders darken) or "border".

    Shape:
        x: [N, C, H, W].
        size: any (H', W'), computed directly; default (H*s, W*s).
        y: [N, C, H', W'].

    Source:
        Du et al., "LDA-AQU: Adaptive query-guided upsampling via local deformable
        attention", ACM MM 2024; order of layers as in the released code, whose window
        is counted in output pixels.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.LDAAQU(256)
        >>> sum(p.size for p in layer.parameters())
        39410
    """

    source = "Du et al., ACM MM 2024"
    year = 2024
    learned = True
    any_size = True
    notes = Notes(
        formula="""
        q = bilinear(1x1(LN x)), k = 1x1(LN x); locations = own pixel + window + reach *
        tanh(offset(q)) for each group of channels; y = sum of x at the locations,
        weighted by softmax over them of <q, k at the location + bias of the location> /
        sqrt(D / heads). offset is depthwise 3x3, LN, GELU, convolution.
        """,
        grid="""
        Corners aligned, for the queries and for the locations; the window's step is one
        output pixel.
        """,
        initialization="""
        Convolutions Xavier uniform without bias, those that predict offsets zero, the
        bias of locations N(0, 0.02) cut at two sigma: no offsets, each fine pixel
        attends to the k x k around.
        """,
        cost="""
        2*C*D + 2*C + 9*D/g + 2*D/g + (k_o*k_o*D/g + 1)*2*k*k + k*k*D parameters; 2*C*D
        multiply-accumulates per input pixel and 4*D + 9*D + 2*k_o*k_o*k*k*D + 5*k*k*(C
        + D) per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        reduction: int = 4,
        heads: int = 1,
        groups: int = 2,
        kernel_size: int = 3,
        offset_kernel: int = 3,
        reach: float = 11.0,
        padding: str = "zeros",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        for key, value in (
            ("reduction", reduction),
            ("heads", heads),
            ("groups", groups),
        ):
            whole_number(self.name, key, value)
        self.kernel_size = whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "offset_kernel", offset_kernel, odd=True)
        if in_channels % groups or in_channels % heads:
            raise UsageError(
                f"lda_aqu: groups={groups} and heads={heads} must divide in_channels="
                f"{in_channels}"
            )
        check_choice(self.name, "padding", padding, _PADDINGS)
        check_positive(self.name, reach=reach)
        self.heads, self.groups = heads, groups
        self.reach, self.padding = reach, padding
        depth = _depth(in_channels, reduction, heads, groups)
        part, taps = depth // groups, kernel_size**2
        xavier = XavierUniform()
        self.layer_norm = nn.Sequential(("norm", LayerNorm2D(in_channels)))
        self.proj_q, self.proj_k = (
            conv(in_channels, depth, init=xavier, bias=False) for _ in range(2)
        )
        self.conv_offset = nn.Sequential(
            conv(part, part, 3, init=xavier, bias=False, groups=part),
            nn.Sequential(("norm", LayerNorm2D(part))),
            nn.GELU(),
            conv(part, 2 * taps, offset_kernel, init=Constant(0.0)),
        )
        self.relative_position_bias_table = self.create_parameter(
            [1, heads, 1, taps, depth // heads],
            default_initializer=TruncatedNormal(std=0.02),
        )

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        reduction: int,
        heads: int,
        groups: int,
        kernel_size: int,
        offset_kernel: int,
        reach: float,
        padding: str,
    ) -> tuple[int, int]:
        c, taps, area = site.in_channels, kernel_size**2, offset_kernel**2
        depth = _depth(c, reduction, heads, groups)
        part = depth // groups
        offsets = 11 * part + (area * part + 1) * 2 * taps
        parameters = 2 * c * depth + 2 * c + offsets + taps * depth
        fine = 13 * depth + 2 * area * taps * depth + 5 * taps * (c + depth)
        return parameters, (2 * c * depth + site.scale**2 * fine) * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        size = scaled_size(x, self.scale) if size is None else size
        normal = self.layer_norm(x)
        query = _interpolate(
            self.proj_q(normal), size=size, mode="bilinear", align_corners=True
        )
        flows = self._flows(query)
        key, value = (_regroup(m, self.groups) for m in (self.proj_k(normal), x))
        weights = self._attend(query, key, flows)
        y: Any = 0.0
        for tap, flow in enumerate(flows):
            moved = self._sample(value, flow, x.shape[1])
            y = y + weights[:, :, tap].unsqueeze(2) * _heads(moved, self.heads)
        return y.flatten(1, 2)

    def _flows(self, query):
        """For each location of the window [N*groups, 2 (columns, rows), H', W']."""
        offset = self.conv_offset(_regroup(query, self.groups))
        offset = self.reach * F.tanh(offset)
        k = self.kernel_size
        flows = []
        for tap in range(k * k):
            row = offset[:, 2 * tap : 2 * tap + 1] + (tap // k - k // 2)
            column = offset[:, 2 * tap + 1 : 2 * tap + 2] + (tap % k - k // 2)
            flows.append(paddle.concat([column, row], axis=1))
        return flows

    def _sample(self, x, flow, channels):
        moved = _flow_warp(x, flow, True, self.padding, unit="pixel")
        height, width = (spatial_size(moved)[i] for i in (0, 1))
        return moved.reshape([-1, channels, height, width])

    def _attend(self, query, key, flows):
        """Softmax over the window, [N, heads, k*k, H', W']."""
        depth = query.shape[1]
        query = _heads(query * (depth // self.heads) ** -0.5, self.heads)
        bias = self.relative_position_bias_table.squeeze([0, 2])
        scores = []
        for tap, flow in enumerate(flows):
            near = _heads(self._sample(key, flow, depth), self.heads)
            near = near + bias[:, tap].reshape([1, *bias.shape[::2], 1, 1])
            scores.append((query * near).sum(axis=2))
        return F.softmax(paddle.stack(scores, axis=2), axis=2)


def _depth(channels, reduction, heads, groups):
    """Channels of queries and keys."""
    step = heads * groups // math.gcd(heads, groups)
    return -(-max(channels // reduction, 1) // step) * step


def _regroup(x, groups):
    """[N, C, H, W] -> [N*groups, C/groups, H, W]."""
    height, width = (spatial_size(x)[i] for i in (0, 1))
    return x.reshape([-1, x.shape[1] // groups, height, width])


def _heads(x, heads):
    """[N, C, H, W] -> [N, heads, C/heads, H, W]."""
    height, width = (spatial_size(x)[i] for i in (0, 1))
    return x.reshape([-1, heads, x.shape[1] // heads, height, width])
